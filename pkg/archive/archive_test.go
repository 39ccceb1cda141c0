package archive_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
)

const imageName = "sea.example/platform/full:1.0"

// newStore opens an empty store.
func newStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// builder puts images into a store.
type builder struct {
	testing.TB
	*store.Store
}

// image stores an image for some architectures, each with a plain layer and one
// that exists as a recipe only, and tags it.
func (b builder) image(architectures ...string) store.Image {
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, architecture := range architectures {
		index.Manifests = append(index.Manifests, b.manifest(architecture))
	}
	image := store.Image{Name: imageName, Descriptor: index.Manifests[0]}
	if len(architectures) > 1 {
		image.Descriptor = b.put(ocispec.MediaTypeImageIndex, marshal(b, index))
	}
	if err := b.Tag(b.Context(), image.Name, image.Descriptor); err != nil {
		b.Fatal(err)
	}
	return image
}

func (b builder) manifest(architecture string) ocispec.Descriptor {
	inner := b.put("", bytes.Repeat([]byte(architecture), 5000))
	recipe, err := layer.New([]layer.Entry{
		{Name: "etc/arch", Mode: 0o644, Data: []byte(architecture)},
		{Name: "registry/blob", Mode: 0o644, Blob: inner.Digest, Size: inner.Size},
	})
	if err != nil {
		b.Fatal(err)
	}
	baked, err := b.PutLayer(b.Context(), recipe, nil)
	if err != nil {
		b.Fatal(err)
	}
	platform := ocispec.Platform{OS: "linux", Architecture: architecture}
	plain := b.put(ocispec.MediaTypeImageLayer, emptyTar(b))
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: b.put(ocispec.MediaTypeImageConfig, marshal(b, ocispec.Image{
			Platform: platform,
			RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{plain.Digest, baked.Digest}},
		})),
		Layers: []ocispec.Descriptor{plain, baked},
	}
	desc := b.put(ocispec.MediaTypeImageManifest, marshal(b, manifest))
	desc.Platform = &platform
	return desc
}

func (b builder) put(mediaType string, data []byte) ocispec.Descriptor {
	dgst, err := b.Put(b.Context(), data)
	if err != nil {
		b.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}
}

func marshal(t testing.TB, value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// emptyTar is a layer with one empty directory.
func emptyTar(t testing.TB) []byte { return makeTar(t, member{name: "opt/"}) }

// save returns the archive of an image.
func save(t testing.TB, from store.Reader, image store.Image, opts archive.SaveOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := archive.Save(t.Context(), from, image, &out, opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// member is one member of a tar. The zero kind is a file, or a directory when
// the name ends in a slash.
type member struct {
	name string
	data []byte
	kind byte
	link string
}

func makeTar(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range members {
		if m.kind == 0 {
			m.kind = tar.TypeReg
			if strings.HasSuffix(m.name, "/") {
				m.kind = tar.TypeDir
			}
		}
		header := &tar.Header{Typeflag: m.kind, Name: m.name, Linkname: m.link, Size: int64(len(m.data)), Mode: 0o644}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// readMembers is the reverse of makeTar.
func readMembers(t testing.TB, data []byte) []member {
	t.Helper()
	var members []member
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return members
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, member{name: header.Name, data: content})
	}
}

// checkImage checks that the store has the image and all it consists of.
func checkImage(t testing.TB, s *store.Store, want store.Image) {
	t.Helper()
	got, err := s.Resolve(t.Context(), want.Name)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest != want.Descriptor.Digest || got.Size != want.Descriptor.Size || got.MediaType != want.Descriptor.MediaType {
		t.Errorf("the store has %+v, want %+v", got, want.Descriptor)
	}
	if err := archive.Save(t.Context(), s, want, io.Discard, archive.SaveOptions{}); err != nil {
		t.Errorf("the image is not whole: %v", err)
	}
}
