package verify_test

import (
	"encoding/json"
	"testing"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/pkg/verify"
)

const (
	amd = "linux/amd64"
	arm = "linux/arm64"
	web = "r.example/team/web:1"
)

// world is an image on its way: its files, which a test may spoil.
type world struct {
	*testing.T
	store *store.Store
	files map[string]layer.Entry
	lock  *lock.Lock
	parts map[string]digest.Digest // of web: index, manifest, config, layer

	content []byte // of the next image's layer; nil: its name and platform
}

// newWorld has an image web, which a manifest and the record ask for.
func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &world{T: t, store: s, files: map[string]layer.Entry{}, parts: map[string]digest.Digest{}}
	w.lock = &lock.Lock{Version: lock.Version, Inputs: digest.FromString("x"), Platforms: []string{amd, arm}}
	w.image(web, amd, arm)
	w.file("manifests/web.yaml", pod(web))
	return w
}

func pod(image string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: x, image: \"" + image + "\"}]}\n"
}

func (w *world) file(name, content string) {
	w.files[name] = layer.Entry{Name: name, Mode: 0o644, Data: []byte(content)}
}

func (w *world) put(v any) ocispec.Descriptor {
	w.Helper()
	data, ok := v.([]byte)
	if !ok {
		var err error
		if data, err = json.Marshal(v); err != nil {
			w.Fatal(err)
		}
	}
	d, err := w.store.Put(w.Context(), data)
	if err != nil {
		w.Fatal(err)
	}
	return ocispec.Descriptor{Digest: d, Size: int64(len(data))}
}

// image puts an image of two platforms into the registry; the configs say
// what configured says.
func (w *world) image(name string, configured ...string) {
	w.Helper()
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	pin := lock.Image{Name: name, MediaType: index.MediaType}
	var manifests []registryfs.Manifest
	for i, target := range []string{amd, arm} {
		platform := platforms.MustParse(target)
		config := w.put(ocispec.Image{Platform: platforms.MustParse(configured[i]), Author: name})
		blob := w.put(append([]byte(nil), w.content...))
		if w.content == nil {
			blob = w.put([]byte(name + target))
		}
		m := ocispec.Manifest{Versioned: index.Versioned, MediaType: ocispec.MediaTypeImageManifest, Config: config, Layers: []ocispec.Descriptor{blob}}
		desc := w.put(m)
		desc.MediaType, desc.Platform = m.MediaType, &platform
		index.Manifests = append(index.Manifests, desc)
		pin.Platforms = append(pin.Platforms, lock.Manifest{Platform: target, Digest: desc.Digest, MediaType: m.MediaType, Size: desc.Size})
		if target == amd {
			manifests = append(manifests, registryfs.Manifest{Descriptor: desc, Config: config, Layers: m.Layers})
			if name == web {
				w.parts = map[string]digest.Digest{"manifest": desc.Digest, "config": config.Digest, "layer": blob.Digest}
			}
		}
	}
	root := w.put(index)
	if name == web {
		w.parts["index"] = root.Digest
	}
	pin.Digest, pin.Size = root.Digest, root.Size
	w.lock.Images = append(w.lock.Images, pin)
	ref, err := reference.Parse(name)
	if err != nil {
		w.Fatal(err)
	}
	groups, err := registryfs.Groups([]registryfs.Image{{Ref: ref, Root: root, Manifests: manifests, Owners: []string{"x"}}})
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range groups[0].Entries {
		w.files[e.Name] = e
	}
}

// remove takes out the file of the registry with that path.
func (w *world) remove(kind registryfs.Kind, part string) {
	w.Helper()
	p := registryfs.Path{Kind: kind, Digest: w.parts[part]}
	if kind != registryfs.Blob {
		p.Repository = "team/web"
	}
	if kind == registryfs.Tag {
		p.Digest, p.Tag = "", "1"
	}
	if _, ok := w.files[p.String()]; !ok {
		w.Fatalf("there is no %s", p)
	}
	delete(w.files, p.String())
}

// verify makes an image for amd64 of the files, and verifies it.
func (w *world) verify(opts verify.Options) *verify.Report {
	w.Helper()
	img := w.open()
	report, err := verify.Image(w.Context(), img, opts)
	if err != nil {
		w.Fatal(err)
	}
	return report
}

func (w *world) open() *rootfs.Image {
	w.Helper()
	if w.lock != nil {
		record, err := lock.Encode(w.lock)
		if err != nil {
			w.Fatal(err)
		}
		w.file(compose.LockFile, string(record))
	}
	var entries []layer.Entry
	for _, e := range w.files {
		entries = append(entries, e)
	}
	recipe, err := layer.New(entries)
	if err != nil {
		w.Fatal(err)
	}
	desc, err := w.store.PutLayer(w.Context(), recipe, nil)
	if err != nil {
		w.Fatal(err)
	}
	config := w.put(ocispec.Image{Platform: platforms.MustParse(amd)})
	m := w.put(ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: config, Layers: []ocispec.Descriptor{desc}})
	img, err := rootfs.OpenImage(w.Context(), m, w.store)
	if err != nil {
		w.Fatal(err)
	}
	return img
}
