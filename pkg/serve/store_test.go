package serve_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
)

// memory is a store in memory, with layers made from recipes.
type memory struct {
	mu      sync.Mutex
	blobs   map[digest.Digest][]byte
	recipes map[digest.Digest]*layer.Recipe
	images  []store.Image
}

var _ serve.Store = (*memory)(nil)

func newMemory() *memory {
	return &memory{blobs: map[digest.Digest][]byte{}, recipes: map[digest.Digest]*layer.Recipe{}}
}

// bytesBlob is a blob in memory.
type bytesBlob struct{ *bytes.Reader }

func (bytesBlob) Close() error { return nil }

func (m *memory) Open(dgst digest.Digest) (store.Blob, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.recipes[dgst]; r != nil {
		return r.Open(m), nil
	}
	if data, ok := m.blobs[dgst]; ok {
		return bytesBlob{bytes.NewReader(data)}, nil
	}
	return nil, fmt.Errorf("blob %s: %w", dgst, store.ErrNotFound)
}

func (m *memory) ReadAll(_ context.Context, desc ocispec.Descriptor) ([]byte, error) {
	blob, err := m.Open(desc.Digest)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(blob)
}

func (m *memory) Images(context.Context) ([]store.Image, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.images), nil
}

// tag gives a descriptor a name, or lists it without one.
func (m *memory) tag(name string, desc ocispec.Descriptor) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.images = append(m.images, store.Image{Name: name, Descriptor: desc})
	slices.SortFunc(m.images, func(a, b store.Image) int { return strings.Compare(a.Name, b.Name) })
}

// put stores data and describes it.
func (m *memory) put(mediaType string, data []byte) ocispec.Descriptor {
	m.mu.Lock()
	defer m.mu.Unlock()
	dgst := digest.FromBytes(data)
	m.blobs[dgst] = data
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}
}

// putJSON stores v and describes it.
func (m *memory) putJSON(t testing.TB, mediaType string, v any) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return m.put(mediaType, data)
}

// recipe stores a layer made from a recipe and describes it.
func (m *memory) recipe(t testing.TB, recipe *layer.Recipe) ocispec.Descriptor {
	t.Helper()
	dgst, err := digest.FromReader(recipe.Open(m))
	if err != nil {
		t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recipes[dgst] = recipe
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: dgst, Size: recipe.Size()}
}
