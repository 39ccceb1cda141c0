package images_test

import (
	"fmt"
	"testing"
)

// TestPodsGoWhereTheirImagesRun: where hosts of several architectures are in a
// cluster, a pod whose image is for one of them must ask for it.
func TestPodsGoWhereTheirImagesRun(t *testing.T) {
	t.Parallel()
	for _, c := range components(t) {
		platforms := map[string][]string{}
		for _, image := range c.Images {
			platforms[image.Name] = image.Platforms
			if len(image.Platforms) == 0 {
				platforms[image.Name] = c.Platforms
			}
		}
		for _, object := range objects(t, c) {
			spec := pod(object)
			for _, container := range containers(spec) {
				image, _ := container["image"].(string)
				if only := platforms[image]; len(only) == 1 && "linux/"+fmt.Sprint(field(spec, "nodeSelector", "kubernetes.io/arch")) != only[0] {
					t.Errorf("%s: %v may go to a host for which there is no %s", c.Name, field(object, "metadata", "name"), image)
				}
			}
		}
	}
}
