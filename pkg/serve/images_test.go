package serve_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// config is the config of an image for linux/amd64.
func config(diffIDs ...digest.Digest) ocispec.Image {
	return ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: diffIDs},
	}
}

// gzipTar is a layer with one file, and the digest of its tar.
func gzipTar(t testing.TB, text string) ([]byte, digest.Digest) {
	t.Helper()
	recipe, err := layer.New([]layer.Entry{{Name: "text", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw, digester := gzip.NewWriter(&out), digest.Canonical.Digester()
	if _, err := recipe.Open(nil).WriteTo(io.MultiWriter(zw, digester.Hash())); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), digester.Digest()
}

// image stores a container image of one platform with one layer.
func (m *memory) image(t testing.TB, text string) registryfs.Manifest {
	t.Helper()
	compressed, diffID := gzipTar(t, text)
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: m.putJSON(t, ocispec.MediaTypeImageConfig, config(diffID)),
		Layers: []ocispec.Descriptor{m.put(ocispec.MediaTypeImageLayerGzip, compressed)},
	}
	return registryfs.Manifest{
		Descriptor: m.putJSON(t, manifest.MediaType, manifest),
		Config:     manifest.Config, Layers: manifest.Layers,
	}
}

// index stores an index over a manifest and one that is not there.
func (m *memory) index(t testing.TB, manifest registryfs.Manifest) ocispec.Descriptor {
	t.Helper()
	here := manifest.Descriptor
	here.Platform = &ocispec.Platform{OS: "linux", Architecture: "amd64"}
	elsewhere := ocispec.Descriptor{
		MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString("arm64"), Size: 5,
	}
	return m.putJSON(t, ocispec.MediaTypeImageIndex, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{here, elsewhere},
	})
}

// cluster bakes a cluster image that carries images: name to content.
func (m *memory) cluster(t testing.TB, name string, images map[string]string) ocispec.Descriptor {
	t.Helper()
	var inner []registryfs.Image
	var list []sealer.ContainerImage
	for imageName, text := range images {
		ref, err := reference.Parse(imageName)
		if err != nil {
			t.Fatal(err)
		}
		manifest := m.image(t, text)
		inner = append(inner, registryfs.Image{
			Ref: ref, Root: m.index(t, manifest), Manifests: []registryfs.Manifest{manifest}, Owners: []string{"c"},
		})
		list = append(list, sealer.ContainerImage{Image: imageName})
	}
	groups, err := registryfs.Groups(inner)
	if err != nil {
		t.Fatal(err)
	}
	recipe, err := layer.New(groups[0].Entries)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	tree := m.recipe(t, recipe)
	manifest := m.putJSON(t, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config:      m.putJSON(t, ocispec.MediaTypeImageConfig, config(tree.Digest)),
		Layers:      []ocispec.Descriptor{tree},
		Annotations: map[string]string{sealer.AnnotationExtension: "{}", sealer.AnnotationImages: string(encoded)},
	})
	m.tag(name, manifest)
	return manifest
}
