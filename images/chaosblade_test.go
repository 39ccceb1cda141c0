package images_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Upstream publishes each architecture under a name of its own. Objects name one
// image, so that hosts of both can be in one cluster.
func TestChaosBladeIsOneImageForBothArchitectures(t *testing.T) {
	t.Parallel()
	c := component(t, "chaosblade")
	declared := map[string]bool{}
	for _, image := range c.Images {
		declared[image.Name] = true
		repository, tag, _ := strings.Cut(image.Name, ":")
		if diff := cmp.Diff([]string{"linux/amd64", "linux/arm64"}, image.Platforms); diff != "" {
			t.Errorf("platforms of %s (-want +got):\n%s", image.Name, diff)
		}
		if diff := cmp.Diff(map[string]string{"linux/arm64": repository + "-arm64:" + tag}, image.PublishedAs); diff != "" {
			t.Errorf("%s is published as (-want +got):\n%s", image.Name, diff)
		}
	}
	for _, object := range objects(t, c) {
		for _, container := range containers(pod(object)) {
			if image, _ := container["image"].(string); !declared[image] {
				t.Errorf("%v asks for %s", field(object, "metadata", "name"), image)
			}
		}
	}
}

// containerd creates what a host lacks as a directory; Docker would then not
// start on that host any more.
func TestChaosBladeMountsNothingOfDocker(t *testing.T) {
	t.Parallel()
	tool := find(t, objects(t, component(t, "chaosblade")), "DaemonSet", "chaosblade-tool")
	for _, volume := range maps(pod(tool)["volumes"]) {
		if dir, _ := field(volume, "hostPath", "path").(string); strings.Contains(dir, "docker") {
			t.Errorf("it mounts %s", dir)
		}
		if field(volume, "hostPath", "type") == nil {
			t.Errorf("volume %v is created as a directory where it is missing", volume["name"])
		}
	}
}

// The kind belongs to no namespace; upstream has a second definition in which it
// does.
func TestChaosBladeTakesTheDefinitionOfTheChart(t *testing.T) {
	t.Parallel()
	for _, m := range component(t, "chaosblade").Install.Manifests {
		if m.URL != "" && !strings.Contains(m.URL, "/deploy/helm/") {
			t.Errorf("it takes %s", m.URL)
		}
	}
}
