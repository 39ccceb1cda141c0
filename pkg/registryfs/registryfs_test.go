package registryfs_test

import (
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// blob makes a descriptor whose content is the text itself.
func blob(text string) ocispec.Descriptor {
	return ocispec.Descriptor{Digest: digest.FromString(text), Size: int64(len(text))}
}

// single makes an image of one manifest; content tells images apart.
func single(t testing.TB, name, content string, owners ...string) registryfs.Image {
	t.Helper()
	manifest := registryfs.Manifest{
		Descriptor: blob("manifest of " + content),
		Config:     blob("config of " + content),
		Layers:     []ocispec.Descriptor{blob("shared layer"), blob("layer of " + content)},
	}
	return registryfs.Image{
		Ref: parse(t, name), Root: manifest.Descriptor, Manifests: []registryfs.Manifest{manifest}, Owners: owners,
	}
}

func parse(t testing.TB, name string) reference.Ref {
	t.Helper()
	ref, err := reference.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// names lists the entries of a group.
func names(group layer.Group) []string {
	var list []string
	for _, entry := range group.Entries {
		list = append(list, entry.Name)
	}
	return list
}
