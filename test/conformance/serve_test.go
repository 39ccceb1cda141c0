package conformance

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
)

// filled is a store with an image of two platforms, whose layer is a recipe, and
// a manifest that refers to it.
type filled struct {
	*store.Store
	manifests, blobs []digest.Digest
	subject          digest.Digest
}

// fill makes the store.
func fill(t *testing.T) *filled {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	f := &filled{Store: s}
	content := f.put(t, "", []byte(strings.Repeat("content of a blob ", 10_000)))
	recipe, err := layer.New([]layer.Entry{
		{Name: "literal", Data: []byte("small")},
		{Name: "blob", Blob: content.Digest, Size: content.Size},
	})
	if err != nil {
		t.Fatal(err)
	}
	tar, err := s.PutLayer(t.Context(), recipe, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.blobs = []digest.Digest{tar.Digest}
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, arch := range []string{"amd64", "arm64"} {
		platform := &ocispec.Platform{OS: "linux", Architecture: arch}
		config := f.putJSON(t, ocispec.MediaTypeImageConfig, ocispec.Image{Platform: *platform})
		f.blobs = append(f.blobs, config.Digest)
		desc := f.manifest(t, ocispec.Manifest{Config: config, Layers: []ocispec.Descriptor{tar}})
		desc.Platform = platform
		index.Manifests = append(index.Manifests, desc)
	}
	root := f.putJSON(t, index.MediaType, index)
	f.manifests = append(f.manifests, root.Digest)
	f.subject = root.Digest
	referrer := f.manifest(t, ocispec.Manifest{
		ArtifactType: "application/vnd.example.sbom", Subject: &root, Layers: []ocispec.Descriptor{},
		Config: f.putJSON(t, ocispec.MediaTypeEmptyJSON, struct{}{}),
	})
	for name, desc := range map[string]ocispec.Descriptor{
		"reg.example/conformance/repo1:v1":   root,
		"reg.example/conformance/repo1:sbom": referrer,
	} {
		if err := s.Tag(t.Context(), name, desc); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// put stores data and describes it.
func (f *filled) put(t *testing.T, mediaType string, data []byte) ocispec.Descriptor {
	t.Helper()
	dgst, err := f.Put(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}
}

// putJSON stores v and describes it.
func (f *filled) putJSON(t *testing.T, mediaType string, v any) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return f.put(t, mediaType, data)
}

// manifest stores a manifest and notes its digest.
func (f *filled) manifest(t *testing.T, m ocispec.Manifest) ocispec.Descriptor {
	t.Helper()
	m.SchemaVersion, m.MediaType = 2, ocispec.MediaTypeImageManifest
	desc := f.putJSON(t, m.MediaType, m)
	f.manifests = append(f.manifests, desc.Digest)
	return desc
}

// join writes digests as the suite takes them.
func join(digests []digest.Digest) string {
	var words []string
	for _, dgst := range digests {
		words = append(words, dgst.String())
	}
	return strings.Join(words, " ")
}

// TestServe runs the read part of the suite against pkg/serve over a store.
func TestServe(t *testing.T) {
	f := fill(t)
	report := func(image string, err error) { t.Errorf("%s: %v", image, err) }
	server, err := serve.Listen(t.Context(), serve.New(f, serve.Options{Report: report}),
		serve.ListenOptions{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	suite(t, server.Address(), map[string]string{
		"OCI_API_PUSH":          "false",
		"OCI_REPO1":             "conformance/repo1",
		"OCI_RO_DATA_TAGS":      "v1 sbom",
		"OCI_RO_DATA_MANIFESTS": join(f.manifests),
		"OCI_RO_DATA_BLOBS":     join(f.blobs),
		"OCI_RO_DATA_REFERRERS": f.subject.String(),
	}, 26)
}
