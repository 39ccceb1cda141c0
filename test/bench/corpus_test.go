package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// small makes a corpus of a few images of a few kilobytes.
func small(t *testing.T, n int) (string, *corpus) {
	t.Helper()
	dir := t.TempDir()
	if err := generate(t.Context(), dir, n, 0.0005); err != nil {
		t.Fatal(err)
	}
	c, err := openCorpus(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, c
}

func TestCorpusIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	_, one := small(t, 7)
	_, two := small(t, 7)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Error(diff)
	}
}

func TestCorpusShape(t *testing.T) {
	t.Parallel()
	dir, c := small(t, 7)
	if len(c.Images) != 7 {
		t.Errorf("%d images, want 7", len(c.Images))
	}
	// For each of two architectures: 6 bases of 3 layers, 7 images of 3 own
	// layers and 2 of them with a fourth, 7 configs and manifests; and 7 indexes.
	if want := 2*(6*3+7*3+2+7+7) + 7; c.Blobs != want {
		t.Errorf("%d blobs, want %d", c.Blobs, want)
	}
	var bytes int64
	files, err := os.ReadDir(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, "blobs", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if got := digest.FromBytes(data).Encoded(); got != f.Name() {
			t.Errorf("%s has digest %s", f.Name(), got)
		}
		bytes += int64(len(data))
	}
	if bytes != c.Bytes+c.ChangedBytes {
		t.Errorf("%d bytes on disk, %d and %d in the description", bytes, c.Bytes, c.ChangedBytes)
	}
}

func TestChangedImageSharesTheBase(t *testing.T) {
	t.Parallel()
	dir, c := small(t, 2)
	b := blobs(filepath.Join(dir, "blobs"))
	layers := func(root ocispec.Descriptor) []ocispec.Descriptor {
		var index ocispec.Index
		var m ocispec.Manifest
		if err := b.read(root.Digest, &index); err != nil {
			t.Fatal(err)
		}
		if err := b.read(index.Manifests[0].Digest, &m); err != nil {
			t.Fatal(err)
		}
		return m.Layers
	}
	was, is := layers(c.Images[0].Root), layers(c.Changed.Root)
	for i := range was {
		if same := was[i].Digest == is[i].Digest; same != (i < len(baseLayers)) {
			t.Errorf("layer %d: the same is %t", i, same)
		}
	}
}
