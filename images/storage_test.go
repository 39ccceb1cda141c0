package images_test

import (
	"strings"
	"testing"
)

// A cluster has one default storage class, and local-path's is it.
func TestOneStorageClassIsTheDefault(t *testing.T) {
	t.Parallel()
	const annotation = "storageclass.kubernetes.io/is-default-class"
	edits := component(t, "local-path-provisioner").Install.Manifests[0].Edits
	if !strings.Contains(edits[1].Replace, annotation+": \"true\"") {
		t.Errorf("local-path is not the default: %q", edits[1].Replace)
	}
	for _, c := range components(t) {
		for _, object := range objects(t, c) {
			if object["kind"] == "StorageClass" && field(object, "metadata", "annotations", annotation) != nil {
				t.Errorf("%s makes %v the default too", c.Name, field(object, "metadata", "name"))
			}
		}
	}
}

// Upstream takes the disk /dev/vdb of every host, and asks for labels that are gone.
func TestOpenLocalTakesNoDisk(t *testing.T) {
	t.Parallel()
	list := objects(t, component(t, "open-local"))
	config := find(t, list, "NodeLocalStorageInitConfig", "open-local")
	if init := field(config, "spec", "globalConfig", "resourceToBeInited"); init != nil {
		t.Errorf("it makes %v of disks", init)
	}
	for _, name := range []string{"open-local-controller", "open-local-scheduler-extender"} {
		spec := pod(find(t, list, "Deployment", name))
		for _, container := range containers(spec) {
			if container["imagePullPolicy"] != "IfNotPresent" {
				t.Errorf("%s: %v asks the registry at every start", name, container["name"])
			}
		}
		if spec["affinity"] != nil {
			t.Errorf("%s chooses its hosts: %v", name, spec["affinity"])
		}
	}
}
