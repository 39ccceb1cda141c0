package bake_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// from makes what was baked the base of a plan that says nothing else yet.
func (w *world) from(desc ocispec.Descriptor) {
	w.Helper()
	base := lock.Image{Name: "r.example/base:1", Digest: desc.Digest, MediaType: desc.MediaType, Size: desc.Size}
	for platform, img := range w.open(desc) {
		m := w.putJSON(ocispec.MediaTypeImageManifest, img.Manifest)
		base.Platforms = append(base.Platforms, lock.Manifest{Platform: platform, Digest: m.Digest, MediaType: m.MediaType, Size: m.Size})
	}
	plan, pins := *w.plan, *w.lock
	w.plan, w.lock = &plan, &pins
	w.plan.Base, w.lock.Base = base.Name, &base
	w.plan.Files, w.plan.Apps, w.plan.Env, w.plan.Labels, w.plan.CNI = nil, nil, nil, nil, nil
	w.plan.Launch, w.lock.Images = sealer.Launch{}, nil
}

// TestFrom builds on a cluster image: layers, apps, images, labels and variables
// are inherited, what it launches is not.
func TestFrom(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.plan.Env = append(w.plan.Env, "PATH=/own/bin")
	first := w.bake(bake.Options{})
	below := w.open(first)
	w.from(first)
	w.plan.Env, w.plan.Labels = []string{"A=4", "C=5"}, map[string]string{"who": "them", "more": "1"}
	w.app("top")
	w.plan.Launch.AppNames = []string{"top", "web"}
	w.file("etc/conf", "over", "")
	w.image("r.example/top:1", []string{"top"}, []string{amd, arm})
	for platform, img := range w.open(w.bake(bake.Options{})) {
		base := below[platform]
		if n := len(base.Manifest.Layers); !slices.EqualFunc(base.Manifest.Layers, img.Manifest.Layers[:n], func(a, b ocispec.Descriptor) bool { return a.Digest == b.Digest }) {
			t.Errorf("%s: the layers of the base are not below", platform)
		}
		if len(img.Config.History) != len(img.Manifest.Layers) || img.Config.History[0].CreatedBy != base.Config.History[0].CreatedBy {
			t.Errorf("%s: history %v", platform, img.Config.History)
		}
		if diff := cmp.Diff([]string{"B=2", "PATH=/own/bin", "A=4", "C=5"}, img.Config.Config.Env); diff != "" {
			t.Error(diff)
		}
		labels := map[string]string{"who": "them", "more": "1", sealer.LabelCNI + "-net": "true"}
		if diff := cmp.Diff(labels, img.Config.Config.Labels); diff != "" {
			t.Error(diff)
		}
		extension, images, err := sealer.DecodeAnnotations(img.Manifest.Annotations)
		if err != nil {
			t.Fatal(err)
		}
		var apps []string
		for _, a := range extension.Applications {
			apps = append(apps, a.Name)
		}
		if diff := cmp.Diff([]string{"net", "web", "db", "top"}, apps); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"top", "web"}, extension.Launch.AppNames); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"A": "4", "B": "2", "C": "5", "PATH": "/own/bin"}, extension.Env); diff != "" {
			t.Errorf("the variables of the base and its own: %s", diff)
		}
		if !slices.ContainsFunc(images, func(i sealer.ContainerImage) bool { return i.Image == "r.example/web:1" }) {
			t.Errorf("%s: the images of the base are not listed", platform)
		}
		if diff := cmp.Diff([]string{"r.example/net:1", "r.example/top:1"}, has(t, img, "r.example/net:1", "r.example/top:1")); diff != "" {
			t.Error(diff)
		}
		if data, err := fs.ReadFile(img, "etc/conf"); err != nil || string(data) != "over" {
			t.Errorf("%s: %q, %v", platform, data, err)
		}
		if img.Manifest.Annotations[ocispec.AnnotationBaseImageName] != "r.example/base:1" || img.Manifest.Annotations[ocispec.AnnotationBaseImageDigest] != first.Digest.String() {
			t.Errorf("annotations %v", img.Manifest.Annotations)
		}
	}
}

// TestFromForeign builds on images that others have made.
func TestFromForeign(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(m *ocispec.Manifest, config *ocispec.Image){
		"": func(_ *ocispec.Manifest, config *ocispec.Image) { config.History = nil },
		"it is no cluster image: it has no annotation sealer.image.extension": func(m *ocispec.Manifest, _ *ocispec.Image) { m.Annotations = nil },
		"annotation sealer.image.extension: ":                                 func(m *ocispec.Manifest, _ *ocispec.Image) { m.Annotations[sealer.AnnotationExtension] = "{" },
		"annotation sealer.image.container.images: ":                          func(m *ocispec.Manifest, _ *ocispec.Image) { m.Annotations[sealer.AnnotationImages] = "{" },
		"config and manifest disagree on the number of layers": func(_ *ocispec.Manifest, config *ocispec.Image) {
			config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, digest.FromString("x"))
		},
	} {
		w := platform(t)
		w.plan.Platforms = []string{amd}
		img := w.open(w.bake(bake.Options{}))[amd]
		change(&img.Manifest, &img.Config)
		img.Manifest.Config = w.putJSON(ocispec.MediaTypeImageConfig, img.Config)
		w.from(w.putJSON(ocispec.MediaTypeImageManifest, img.Manifest))
		_, err := w.tryBake(bake.Options{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), "base image r.example/base:1: "+want)) {
			t.Errorf("error %v, want %s", err, want)
		}
		w.plan.Platforms = []string{arm}
		if _, err := w.tryBake(bake.Options{}); err == nil || !strings.Contains(err.Error(), "it is not published for linux/arm64") {
			t.Errorf("error %v", err)
		}
	}
}
