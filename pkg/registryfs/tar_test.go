package registryfs_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// TestAddLayer reads an image back from layers, finds the bytes of its blobs,
// and hides it by a layer above.
func TestAddLayer(t *testing.T) {
	t.Parallel()
	image := multi(t)
	groups, err := registryfs.Groups([]registryfs.Image{image})
	if err != nil {
		t.Fatal(err)
	}
	entries := append(groups[0].Entries, layer.Entry{Name: "etc/other", Data: []byte("x")})
	for i := range entries {
		if entries[i].Blob != "" { // the blobs of these images are their own names
			entries[i].Data, entries[i].Blob = content(t, entries[i].Blob), ""
		}
	}
	lower := tarOf(t, entries)
	var tree registryfs.Tree
	if err := tree.AddLayer("sha256:lower", lower); err != nil {
		t.Fatal(err)
	}
	if err := tree.Check(); err != nil {
		t.Error(err)
	}
	if got, ok := tree.Resolve("org/multi", "2"); !ok || got != image.Root.Digest {
		t.Errorf("Resolve = %s, %v", got, ok)
	}
	for _, dgst := range tree.Blobs() {
		at, _ := tree.Blob(dgst)
		data := make([]byte, at.Size)
		if _, err := lower.ReadAt(data, at.Offset); err != nil {
			t.Fatal(err)
		}
		if digest.FromBytes(data) != dgst || at.Layer != "sha256:lower" {
			t.Errorf("%s is not at %+v", dgst, at)
		}
	}

	upper := tarOf(t, []layer.Entry{{Name: "registry/docker/registry/v2/repositories/.wh.org"}})
	if err := tree.AddLayer("sha256:upper", upper); err != nil {
		t.Fatal(err)
	}
	if got := tree.Repositories(); len(got) != 0 {
		t.Errorf("hidden, and there: %v", got)
	}
	if err := tree.AddLayer("sha256:bad", bytes.NewReader([]byte("not a tar, but long enough to be read as one"))); err == nil {
		t.Error("a bad tar was taken")
	}
}

// content finds the text that a digest was made from.
func content(t *testing.T, dgst digest.Digest) []byte {
	t.Helper()
	for _, text := range []string{
		"index of amd64 and arm64", "manifest of multi amd64", "config of multi amd64", "shared layer", "layer of multi amd64",
	} {
		if digest.FromString(text) == dgst {
			return []byte(text)
		}
	}
	t.Fatalf("%s: nobody knows", dgst)
	return nil
}

func tarOf(t *testing.T, entries []layer.Entry) *bytes.Reader {
	t.Helper()
	recipe, err := layer.New(entries)
	if err != nil {
		t.Fatal(err)
	}
	reader := recipe.Open(nil)
	defer reader.Close()
	data, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(data)
}
