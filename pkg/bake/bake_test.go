package bake_test

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/sealer"
)

var every = []string{"r.example/net:1", "r.example/web:1", "r.example/db:1", "r.example/both:1", "r.example/amd:1", "r.example/nobody:1", "r.example/frombase:1"}

func TestBake(t *testing.T) {
	t.Parallel()
	w := platform(t)
	images := w.open(w.bake(bake.Options{Client: "opc-image test", Annotations: map[string]string{"mark": "1"}}))
	if len(images) != 2 {
		t.Fatalf("%d platforms", len(images))
	}
	for platform, img := range images {
		want := every[:6]
		if platform == arm {
			want = append(append([]string{}, every[:4]...), "r.example/nobody:1")
		}
		if diff := cmp.Diff(want, has(t, img, every...)); diff != "" {
			t.Errorf("%s: %s", platform, diff)
		}
		if err := img.Registry.Check(); err != nil {
			t.Errorf("%s: %v", platform, err)
		}
		for name, content := range map[string]string{"etc/conf": "conf again", "bin/tool": platform[6:9], "application/apps/web/x.yaml": "kind: x"} {
			if data, err := fs.ReadFile(img, name); err != nil || string(data) != content {
				t.Errorf("%s: %s: %q, %v", platform, name, data, err)
			}
		}
		if img.Manifest.Annotations["mark"] != "1" || img.Manifest.Annotations[bake.AnnotationPacking] != "max-layers=120,max-size=1073741824" {
			t.Errorf("annotations %v", img.Manifest.Annotations)
		}
		if diff := cmp.Diff([]string{"PATH=" + sealer.DefaultPath, "B=2", "A=3"}, img.Config.Config.Env); diff != "" {
			t.Error(diff)
		}
		labels := map[string]string{"who": "us", sealer.LabelCNI + "-net": "true"}
		if diff := cmp.Diff(labels, img.Config.Config.Labels); diff != "" {
			t.Error(diff)
		}
	}
}

// TestMetadata holds what sealer reads.
func TestMetadata(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.plan.Platforms = []string{amd}
	img := w.open(w.bake(bake.Options{}))[amd]
	extension, images, err := sealer.DecodeAnnotations(img.Manifest.Annotations)
	if err != nil {
		t.Fatal(err)
	}
	if extension.BuildClient.SealerVersion != "opc-image" || extension.Type != sealer.KubeInstaller || len(extension.Applications) != 3 {
		t.Errorf("extension %+v", extension)
	}
	if diff := cmp.Diff(sealer.Launch{AppNames: []string{"net", "web"}}, extension.Launch); diff != "" {
		t.Error(diff)
	}
	var asked []string
	for _, i := range images {
		asked = append(asked, i.AppName+" "+i.Image)
	}
	want := []string{
		" r.example/nobody:1", "db r.example/both:1", "db r.example/db:1", "net r.example/net:1",
		"web r.example/amd:1", "web r.example/both:1", "web r.example/web:1",
	}
	if diff := cmp.Diff(want, sorted(asked)); diff != "" {
		t.Error(diff)
	}
}

// TestMetadataFor gives each platform its own variables and labels.
func TestMetadataFor(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.plan.Metadata, w.plan.MetadataFor = compose.Metadata{}, map[string]compose.Metadata{
		amd: {Env: []string{"ARCH=x86_64"}, Labels: map[string]string{"arch": "amd64"}},
		arm: {Env: []string{"ARCH=aarch64"}, Labels: map[string]string{"arch": "arm64"}},
	}
	for platform, img := range w.open(w.bake(bake.Options{})) {
		want := w.plan.MetadataFor[platform]
		if img.Config.Config.Labels["arch"] != want.Labels["arch"] || !slices.Contains(img.Config.Config.Env, want.Env[0]) {
			t.Errorf("%s: %+v", platform, img.Config.Config)
		}
		extension, _, err := sealer.DecodeAnnotations(img.Manifest.Annotations)
		if err != nil || extension.Env["ARCH"] != want.Env[0][len("ARCH="):] {
			t.Errorf("%s: %v, %v", platform, extension.Env, err)
		}
	}
}

// TestRecord finds in the image the lock that it was made of.
func TestRecord(t *testing.T) {
	t.Parallel()
	w := platform(t)
	for platform, img := range w.open(w.bake(bake.Options{})) {
		data, err := fs.ReadFile(img, compose.LockFile)
		if err != nil {
			t.Fatal(err)
		}
		want, err := lock.Encode(w.lock)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(data)); diff != "" {
			t.Errorf("%s: %s", platform, diff)
		}
	}
}

// TestOnePlatform gives a manifest and no index.
func TestOnePlatform(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.plan.Platforms = []string{arm}
	desc := w.bake(bake.Options{})
	if desc.MediaType != ocispec.MediaTypeImageManifest || desc.Platform != nil {
		t.Errorf("%+v", desc)
	}
	if img := w.open(desc)[arm]; img == nil {
		t.Error("it is not for arm64")
	}
}

func TestCreated(t *testing.T) {
	t.Parallel()
	w := platform(t)
	at := time.Unix(1_700_000_000, 0)
	for _, img := range w.open(w.bake(bake.Options{Created: at})) {
		if !img.Config.Created.Equal(at) {
			t.Errorf("created %v", img.Config.Created)
		}
		for _, l := range img.Manifest.Layers {
			blob, err := w.store.Open(l.Digest)
			if err != nil {
				t.Fatal(err)
			}
			for m, err := range layer.List(blob) {
				if err != nil {
					t.Fatal(err)
				}
				if m.Kind == layer.File && !m.ModTime.Equal(at) {
					t.Errorf("%s is of %v", m.Name, m.ModTime)
				}
			}
			blob.Close()
		}
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	w := platform(t)
	var last progress.Event
	w.bake(bake.Options{Progress: func(e progress.Event) { last = e }})
	if last.Stage != progress.Hash || last.Kind != progress.End || last.Items == 0 || last.Bytes == 0 {
		t.Errorf("%+v", last)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(w *world){
		"bake test: no platform to build for":              func(w *world) { w.plan.Platforms = nil },
		`platform "x/y/z/w"`:                               func(w *world) { w.plan.Platforms = []string{"x/y/z/w"} },
		"bake test for linux/amd64: image r.example/net:1": func(w *world) { w.lock.Images[0].Platforms[0].Digest = digest.FromString("gone") },
		"Kubefile:7:1: RUN cannot be executed here":        func(w *world) { w.plan.Runs = []compose.Run{{Position: "Kubefile:7:1"}} },
		"etc/x: the lock has no pin for https://x.example": func(w *world) {
			w.plan.Files = append(w.plan.Files, compose.File{Name: "etc/x", Content: compose.Content{Source: "https://x.example"}})
		},
		"launched application \"gone\" is not in the image": func(w *world) { w.plan.Launch.AppNames = []string{"gone"} },
		"inputs: digest": func(w *world) { w.lock.Inputs = "" },
		// Two registries, one name within the cluster, two contents.
		"other.example/net:1": func(w *world) { w.image("other.example/net:1", []string{"db"}, []string{amd, arm}) },
		"layer of web": func(w *world) { // pinned to content that is not the manifest's
			w.lock.Images[1].Platforms[0].Size++
		},
	} {
		w := platform(t)
		change(w)
		_, err := w.tryBake(bake.Options{})
		if want == "layer of web" {
			want = "r.example/web:1"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestMissingBlob names what is lacking and who needs it.
func TestMissingBlob(t *testing.T) {
	t.Parallel()
	w := platform(t)
	var m ocispec.Manifest
	pin := w.lock.Images[0].Platforms[0]
	data, err := w.store.ReadAll(t.Context(), ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	m.Layers[1].Digest = digest.FromString("never fetched")
	desc := w.putJSON(m.MediaType, m)
	w.lock.Images[0].Platforms[0] = lock.Manifest{Platform: amd, Digest: desc.Digest, MediaType: desc.MediaType, Size: desc.Size}
	if _, err := w.tryBake(bake.Options{}); err == nil || !strings.Contains(err.Error(), "layer of net") || !strings.Contains(err.Error(), m.Layers[1].Digest.String()) {
		t.Errorf("error %v", err)
	}
}
