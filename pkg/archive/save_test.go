package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

func TestSaveLayout(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64", "arm64")
	members := readMembers(t, save(t, s, image, archive.SaveOptions{}))
	var names []string
	for _, m := range members {
		names = append(names, m.name)
		if hex, ok := strings.CutPrefix(m.name, "blobs/sha256/"); ok && hex != "" && digest.FromBytes(m.data).Encoded() != hex {
			t.Errorf("%s has other content", m.name)
		}
	}
	if want := []string{"oci-layout", "index.json", "blobs/", "blobs/sha256/"}; !slices.Equal(names[:4], want) {
		t.Errorf("the archive begins with %v, want %v", names[:4], want)
	}
	// The index and two manifests first, then two configs and three layers.
	documents, blobs := names[4:7], names[7:]
	if !slices.IsSorted(documents) || !slices.IsSorted(blobs) || len(blobs) != 5 {
		t.Errorf("order of blobs: %v", names)
	}
	for _, m := range members[4:7] {
		if !bytes.HasPrefix(m.data, []byte(`{"schemaVersion":2`)) {
			t.Errorf("%s is not an index or manifest: %.40q", m.name, m.data)
		}
	}
	var index ocispec.Index
	if err := json.Unmarshal(members[1].data, &index); err != nil {
		t.Fatal(err)
	}
	want := image.Descriptor
	want.Annotations = map[string]string{"org.opencontainers.image.ref.name": imageName}
	if diff := cmp.Diff([]ocispec.Descriptor{want}, index.Manifests); diff != "" {
		t.Error(diff)
	}
}

func TestSaveIsReproducible(t *testing.T) {
	t.Parallel()
	one, other := newStore(t), newStore(t)
	a := save(t, one, builder{t, one}.image("amd64", "arm64"), archive.SaveOptions{})
	b := save(t, other, builder{t, other}.image("amd64", "arm64"), archive.SaveOptions{})
	if !bytes.Equal(a, b) {
		t.Error("the same image made two archives")
	}
}

func TestSavePlatform(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64", "arm64")
	data := save(t, s, image, archive.SaveOptions{Platform: &ocispec.Platform{OS: "linux", Architecture: "arm64"}})
	var index ocispec.Index
	if err := json.Unmarshal(readMembers(t, data)[1].data, &index); err != nil {
		t.Fatal(err)
	}
	got := index.Manifests[0]
	if got.MediaType != ocispec.MediaTypeImageManifest || got.Platform == nil || got.Platform.Architecture != "arm64" {
		t.Errorf("index.json points to %+v", got)
	}
	if names := readMembers(t, data); len(names) != 4+1+1+2 {
		t.Errorf("%d members, want those of one platform", len(names))
	}
	err := archive.Save(t.Context(), s, image, io.Discard, archive.SaveOptions{Platform: &ocispec.Platform{OS: "linux", Architecture: "s390x"}})
	if err == nil || !strings.Contains(err.Error(), "linux/s390x; the image has linux/amd64, linux/arm64") {
		t.Errorf("absent platform: %v", err)
	}
}

// damaged is a store in which one blob has other bytes than it should.
type damaged struct {
	*store.Store
	victim digest.Digest
}

func (d damaged) Open(dgst digest.Digest) (store.Blob, error) {
	blob, err := d.Store.Open(dgst)
	if err == nil && dgst == d.victim {
		blob = flipped{blob}
	}
	return blob, err
}

// flipped changes the first byte.
type flipped struct{ store.Blob }

func (f flipped) WriteTo(w io.Writer) (int64, error) {
	data, err := io.ReadAll(f.Blob)
	if err != nil {
		return 0, err
	}
	data[0] ^= 1
	n, err := w.Write(data)
	return int64(n), err
}

func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	b := builder{t, s}
	image := b.image("amd64")
	var manifest ocispec.Manifest
	data, err := s.ReadAll(t.Context(), image.Descriptor)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	layer := manifest.Layers[1]
	var out bytes.Buffer
	err = archive.Save(t.Context(), damaged{s, layer.Digest}, image, &out, archive.SaveOptions{})
	if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), layer.Digest.String()) {
		t.Errorf("damaged blob: %v", err)
	}

	manifest.Layers[0].Digest = digest.FromString("nowhere")
	missing := store.Image{Name: "x", Descriptor: b.put(ocispec.MediaTypeImageManifest, marshal(t, manifest))}
	if err := archive.Save(t.Context(), s, missing, io.Discard, archive.SaveOptions{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("missing blob: %v", err)
	}
	manifest.Layers[0] = layer
	manifest.Layers[1].Size++
	lying := store.Image{Name: "x", Descriptor: b.put(ocispec.MediaTypeImageManifest, marshal(t, manifest))}
	if err := archive.Save(t.Context(), s, lying, io.Discard, archive.SaveOptions{}); err == nil {
		t.Error("wrong size taken")
	}
	if err := archive.Save(t.Context(), s, store.Image{Name: "x", Descriptor: layer}, io.Discard, archive.SaveOptions{}); err == nil || !strings.Contains(err.Error(), "not an image") {
		t.Errorf("a layer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := archive.Save(ctx, s, image, io.Discard, archive.SaveOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSaveProgress(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64")
	var last progress.Event
	save(t, s, image, archive.SaveOptions{Progress: func(e progress.Event) { last = e }})
	if last.Kind != progress.End || last.Stage != progress.Save || last.Items != 4 || last.ItemsTotal != 4 || last.Bytes == 0 || last.Bytes != last.BytesTotal {
		t.Errorf("last event: %+v", last)
	}
}
