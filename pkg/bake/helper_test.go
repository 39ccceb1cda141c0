package bake_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

const (
	amd = "linux/amd64"
	arm = "linux/arm64"
)

// world is a store with what a plan and a lock ask for.
type world struct {
	*testing.T
	store *store.Store
	plan  *compose.Plan
	lock  *lock.Lock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &world{T: t, store: s}
	w.plan = &compose.Plan{Name: "test", Type: sealer.KubeInstaller, Platforms: []string{amd, arm}}
	w.lock = &lock.Lock{
		Version: lock.Version, Profile: "test", Inputs: digest.FromString("inputs"), Platforms: w.plan.Platforms,
		Tools: map[string]string{"tar": bake.TarVersion},
	}
	return w
}

func (w *world) put(data []byte) ocispec.Descriptor {
	w.Helper()
	d, err := w.store.Put(w.Context(), data)
	if err != nil {
		w.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayerGzip, Digest: d, Size: int64(len(data))}
}

func (w *world) putJSON(mediaType string, v any) ocispec.Descriptor {
	w.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		w.Fatal(err)
	}
	desc := w.put(data)
	desc.MediaType = mediaType
	return desc
}

// file adds a file to the plan.
func (w *world) file(name, content, owner string) {
	w.plan.Files = append(w.plan.Files, compose.File{
		Name: name, Mode: 0o644, Owner: owner, Phase: len(w.plan.Runs), Content: compose.Content{Data: []byte(content)},
	})
}

// app adds an application of one manifest.
func (w *world) app(name string) {
	w.file("application/apps/"+name+"/x.yaml", "kind: x", name)
	w.plan.Apps = append(w.plan.Apps, sealer.Application{Name: name, Type: sealer.KubeApp, Files: []string{"x.yaml"}})
}

// image pins a container image that components ask for, and stores its
// manifests. layers are their content; every image has one of its own besides.
func (w *world) image(name string, components []string, targets []string, layers ...string) {
	w.Helper()
	pin := lock.Image{Name: name, MediaType: ocispec.MediaTypeImageIndex, Components: components}
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: pin.MediaType}
	for _, target := range targets {
		platform := platforms.MustParse(target)
		m := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest}
		m.Config = w.putJSON(ocispec.MediaTypeImageConfig, ocispec.Image{Platform: platform, Author: name})
		for _, content := range append(layers, name+target) {
			m.Layers = append(m.Layers, w.put([]byte(content)))
		}
		desc := w.putJSON(m.MediaType, m)
		desc.Platform = &platform
		index.Manifests = append(index.Manifests, desc)
		pin.Platforms = append(pin.Platforms, lock.Manifest{Platform: target, Digest: desc.Digest, MediaType: desc.MediaType, Size: desc.Size})
	}
	desc := w.putJSON(pin.MediaType, index)
	pin.Digest, pin.Size = desc.Digest, desc.Size
	w.lock.Images = append(w.lock.Images, pin)
}

func (w *world) tryBake(opts bake.Options) (ocispec.Descriptor, error) {
	return bake.Bake(w.Context(), w.plan, w.lock, w.store, opts)
}

func (w *world) bake(opts bake.Options) ocispec.Descriptor {
	w.Helper()
	desc, err := w.tryBake(opts)
	if err != nil {
		w.Fatal(err)
	}
	return desc
}

// open opens what was baked, by platform.
func (w *world) open(desc ocispec.Descriptor) map[string]*rootfs.Image {
	w.Helper()
	manifests := []ocispec.Descriptor{desc}
	if desc.MediaType == ocispec.MediaTypeImageIndex {
		data, err := w.store.ReadAll(w.Context(), desc)
		var index ocispec.Index
		if err == nil {
			err = json.Unmarshal(data, &index)
		}
		if err != nil {
			w.Fatal(err)
		}
		manifests = index.Manifests
	}
	images := map[string]*rootfs.Image{}
	for _, m := range manifests {
		img, err := rootfs.OpenImage(w.Context(), m, w.store)
		if err != nil {
			w.Fatal(err)
		}
		images[platforms.Format(img.Config.Platform)] = img
	}
	return images
}

// layersOf are the layers of an image by what they say they are for.
func layersOf(img *rootfs.Image) map[string]digest.Digest {
	found := map[string]digest.Digest{}
	for i, h := range img.Config.History {
		found[strings.TrimPrefix(h.CreatedBy, "opc-image: ")] = img.Manifest.Layers[i].Digest
	}
	return found
}

// has tells which of the images an image's registry has whole.
func has(t *testing.T, img *rootfs.Image, names ...string) (found []string) {
	t.Helper()
	for _, name := range names {
		ref, err := reference.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := img.Registry.Resolve(ref.Local(), ref.Identifier()); ok {
			found = append(found, name)
		}
	}
	return found
}

// platform is a plan with a bit of everything.
func platform(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.plan.Env = []string{"A=1", "B=2", "A=3"}
	w.plan.Labels = map[string]string{"who": "us"}
	w.plan.CNI = []string{"net"}
	w.plan.Launch = sealer.Launch{AppNames: []string{"net", "web"}}
	w.file("etc/conf", "conf", "")
	w.file("etc/conf", "conf again", "")
	for _, name := range []string{"net", "web", "db"} {
		w.app(name)
		w.image("r.example/"+name+":1", []string{name}, []string{amd, arm}, "shared base")
	}
	w.image("r.example/both:1", []string{"db", "web"}, []string{amd, arm})
	w.image("r.example/amd:1", []string{"web"}, []string{amd})
	w.image("r.example/nobody:1", nil, []string{amd, arm})
	w.image("r.example/frombase:1", nil, []string{amd, arm})
	w.lock.Images[len(w.lock.Images)-1].BaseOnly = true
	w.plan.Files = append(w.plan.Files,
		compose.File{Name: "bin/tool", Mode: 0o755, Platform: amd, Content: compose.Content{Data: []byte("amd")}},
		compose.File{Name: "bin/tool", Mode: 0o755, Platform: arm, Content: compose.Content{Data: []byte("arm")}},
	)
	return w
}

// names are the files of a layer, with their size.
func (w *world) names(l ocispec.Descriptor) map[string]int64 {
	w.Helper()
	blob, err := w.store.Open(l.Digest)
	if err != nil {
		w.Fatal(err)
	}
	defer blob.Close()
	found := map[string]int64{}
	for m, err := range layer.List(blob) {
		if err != nil {
			w.Fatal(err)
		}
		if m.Kind != layer.Dir {
			found[m.Name] = m.Size
		}
	}
	return found
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
