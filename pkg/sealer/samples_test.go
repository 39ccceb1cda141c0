package sealer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/sealer"
)

// sample reads a file that a real sealer wrote.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "sealer", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// inspected is an image as a real sealer printed it.
func inspected(t testing.TB, name string) *sealer.Image {
	t.Helper()
	image := new(sealer.Image)
	if err := json.Unmarshal(sample(t, name), image); err != nil {
		t.Fatal(err)
	}
	return image
}

// demoSpec is what the Kubefile of the demo sample comes down to:
//
//	FROM scratch
//	LABEL …container-runtime-type="containerd", …cluster-runtime-type="kubernetes", my.label="hello"
//	ENV MYENV=global PodCIDR=10.244.0.0/16
//	COPY . .
//	APP app1 local://web.yaml local://extra.yaml.tmpl
//	APPENV app1 MYENV=app-level
//	APPCMDS app1 ["kubectl apply -f web.yaml -f extra.yaml"]
//	APP chart1 local://chart1
//	CNI fakecni local://web.yaml
//	KUBEVERSION 1.22 - 1.30
//	LAUNCH ["app1", "chart1"]
func demoSpec() sealer.Spec {
	amd64 := &sealer.Platform{Architecture: "amd64", OS: "linux"}
	return sealer.Spec{
		Platform: ocispec.Platform{Architecture: "amd64", OS: "linux"},
		Client:   "opc-image test",
		Applications: []sealer.Application{
			{Name: "app1", Env: map[string]string{"MYENV": "app-level"}, Cmds: []string{"kubectl apply -f web.yaml -f extra.yaml"}},
			{Name: "chart1", Type: sealer.HelmApp, Files: []string{"chart1"}},
			{Name: "fakecni", Type: sealer.KubeApp, Files: []string{"web.yaml"}},
		},
		Env: []string{"MYENV=global", "PodCIDR=10.244.0.0/16"},
		Labels: map[string]string{
			sealer.LabelContainerRuntime: "containerd",
			sealer.LabelClusterRuntime:   "kubernetes",
			"my.label":                   "hello",
		},
		CNI:         []string{"fakecni"},
		KubeVersion: "1.22 - 1.30",
		Launch:      sealer.Launch{AppNames: []string{"app1", "chart1"}},
		Images: []sealer.ContainerImage{
			{Image: "127.0.0.1:5055/kube/kube-apiserver:v1.30.0", Platform: amd64},
			{Image: "127.0.0.1:5055/kube/pause:3.9", Platform: amd64},
			{Image: "127.0.0.1:5055/multi/app:1", Platform: amd64},
			{Image: "127.0.0.1:5055/extra/tool:0.1", AppName: "app1", Platform: amd64},
			{Image: "127.0.0.1:5055/apps/web:1.0", AppName: "app1", Platform: amd64},
			{Image: "127.0.0.1:5055/apps/api:2.0", AppName: "chart1", Platform: amd64},
			{Image: "127.0.0.1:5055/apps/web:1.0", AppName: "fakecni", Platform: amd64},
		},
	}
}

// TestSameAsSealer holds our annotations and config against those of a real
// sealer. The differences meant, and no others:
//   - buildClient names our program, and no sealer or buildah has a label;
//   - an application with commands and no type is a shell application;
//   - applications and container images are sorted, where sealer has the order
//     of a map and of goroutines;
//   - no base image where the Kubefile says "scratch": sealer names the
//     temporary image it built on, with a random tag;
//   - one fixed creation time, and a history of one entry a layer.
func TestSameAsSealer(t *testing.T) {
	t.Parallel()
	theirs, err := sealer.Inspect("", sample(t, "demo-manifest.json"), sample(t, "demo-config.json"))
	if err != nil {
		t.Fatal(err)
	}
	spec := demoSpec()
	for i, id := range theirs.Config.RootFS.DiffIDs {
		spec.Layers = append(spec.Layers, sealer.Layer{Descriptor: theirs.Manifest.Layers[i], DiffID: id})
	}
	ours := roundTrip(t, spec)

	for _, key := range []string{"io.sealer.version", "io.buildah.version"} {
		delete(theirs.Extension.Labels, key)
	}
	for i, app := range theirs.Extension.Applications {
		if app.Type == "" {
			theirs.Extension.Applications[i].Type = sealer.ShellApp
		}
	}
	byName := cmpopts.SortSlices(func(a, b sealer.Application) bool { return a.Name < b.Name })
	if diff := cmp.Diff(theirs.Extension, ours.Extension, byName, cmpopts.IgnoreFields(sealer.Extension{}, "BuildClient")); diff != "" {
		t.Errorf("extension, sealer's (-) and ours (+):\n%s", diff)
	}
	byImage := cmpopts.SortSlices(func(a, b sealer.ContainerImage) bool { return a.Image+a.AppName < b.Image+b.AppName })
	if diff := cmp.Diff(theirs.Images, ours.Images, byImage); diff != "" {
		t.Errorf("container images, sealer's (-) and ours (+):\n%s", diff)
	}
	if diff := cmp.Diff(theirs.Config, ours.Config, cmpopts.IgnoreFields(ocispec.Image{}, "Created", "History")); diff != "" {
		t.Errorf("config, sealer's (-) and ours (+):\n%s", diff)
	}
	if diff := cmp.Diff(theirs.Manifest, ours.Manifest, cmpopts.IgnoreFields(ocispec.Manifest{}, "Annotations", "Config")); diff != "" {
		t.Errorf("manifest, sealer's (-) and ours (+):\n%s", diff)
	}
	if len(ours.Manifest.Annotations) != 0 {
		t.Errorf("annotations beside sealer's own: %v", ours.Manifest.Annotations)
	}
}

// roundTrip writes a Spec as manifest and config and inspects them.
func roundTrip(t *testing.T, spec sealer.Spec) *sealer.Image {
	t.Helper()
	config, err := json.Marshal(spec.Config())
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := spec.Manifest(ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageConfig, Digest: digest.FromBytes(config), Size: int64(len(config)),
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	image, err := sealer.Inspect("", data, config)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// TestAnnotationText pins the keys and their order, which nothing else does.
func TestAnnotationText(t *testing.T) {
	t.Parallel()
	spec := demoSpec()
	spec.Images = spec.Images[:1]
	got, err := spec.Annotations()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		sealer.AnnotationExtension: `{"buildClient":{"sealerVersion":"opc-image test","buildahVersion":"none"},"schemaVersion":"v1alpha1","type":"kube-installer",` +
			`"applications":[{"name":"app1","type":"shell","version":"v1","env":{"MYENV":"app-level"},"cmds":["kubectl apply -f web.yaml -f extra.yaml"]},` +
			`{"name":"chart1","type":"helm","files":["chart1"],"version":"v1"},{"name":"fakecni","type":"kube","files":["web.yaml"],"version":"v1"}],` +
			`"env":{"MYENV":"global","PodCIDR":"10.244.0.0/16"},"launch":{"app_names":["app1","chart1"]}}`,
		sealer.AnnotationImages: `[{"image":"127.0.0.1:5055/kube/kube-apiserver:v1.30.0","platform":{"architecture":"amd64","os":"linux"}}]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestInspectSamples decodes what a real sealer stored and printed.
func TestInspectSamples(t *testing.T) {
	t.Parallel()
	want := inspected(t, "sealer-inspect-demo.json")
	got, err := sealer.Inspect(want.Name, sample(t, "demo-manifest.json"), sample(t, "demo-config.json"))
	if err != nil {
		t.Fatal(err)
	}
	// The manifest is the one that was pushed: layers gzipped, so other digests.
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(sealer.Image{}, "Digest", "Manifest")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want.Manifest.Annotations, got.Manifest.Annotations); diff != "" {
		t.Error(diff)
	}
}

// TestSamplesKeepEverything decodes each sample and encodes it again: a key that
// we do not know would get lost.
func TestSamplesKeepEverything(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sealer-inspect-demo.json", "sealer-inspect-app.json", "sealer-inspect-lite.json", "sealer-inspect-multi.json"} {
		data, err := json.Marshal(inspected(t, name))
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(sample(t, name), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
