package images_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

// TestOwnObjectsAreKnown: a field that Kubernetes does not know is dropped, or
// stops the launch. Kinds of others are left to their definitions.
func TestOwnObjectsAreKnown(t *testing.T) {
	t.Parallel()
	decoder := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, c := range components(t) {
		for _, object := range objects(t, c) {
			data, err := yaml.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = decoder.Decode(data, nil, nil)
			if err != nil && !runtime.IsNotRegisteredError(err) {
				t.Errorf("%s: %v %v: %v", c.Name, object["kind"], field(object, "metadata", "name"), err)
			}
		}
	}
}
