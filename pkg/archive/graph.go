package archive

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Docker's names for what OCI has under its own.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
)

func isIndex(mediaType string) bool {
	return mediaType == ocispec.MediaTypeImageIndex || mediaType == dockerIndex
}

func isManifest(mediaType string) bool {
	return mediaType == ocispec.MediaTypeImageManifest || mediaType == dockerManifest
}

// readFunc reads and verifies a document.
type readFunc func(context.Context, ocispec.Descriptor) ([]byte, error)

// graph is everything that an image consists of, each blob once, sorted by
// digest.
type graph struct {
	documents []ocispec.Descriptor // indexes and manifests
	blobs     []ocispec.Descriptor // configs and layers
}

// walk finds what the roots consist of.
func walk(ctx context.Context, read readFunc, roots ...ocispec.Descriptor) (*graph, error) {
	w := walker{read: read, seen: map[digest.Digest]ocispec.Descriptor{}}
	for _, root := range roots {
		if err := w.visit(ctx, root, 0); err != nil {
			return nil, err
		}
	}
	g := new(graph)
	for _, desc := range w.seen {
		if isIndex(desc.MediaType) || isManifest(desc.MediaType) {
			g.documents = append(g.documents, desc)
		} else {
			g.blobs = append(g.blobs, desc)
		}
	}
	byDigest := func(a, b ocispec.Descriptor) int { return cmp.Compare(a.Digest, b.Digest) }
	slices.SortFunc(g.documents, byDigest)
	slices.SortFunc(g.blobs, byDigest)
	return g, nil
}

type walker struct {
	read readFunc
	seen map[digest.Digest]ocispec.Descriptor
}

func (w *walker) visit(ctx context.Context, desc ocispec.Descriptor, depth int) error {
	if err := desc.Digest.Validate(); err != nil {
		return fmt.Errorf("digest %q: %w", desc.Digest, err)
	}
	if before, ok := w.seen[desc.Digest]; ok {
		if before.Size != desc.Size {
			return fmt.Errorf("%s is said to have %d bytes, and %d elsewhere", desc.Digest, desc.Size, before.Size)
		}
		return nil
	}
	if len(w.seen) >= maxEntries {
		return fmt.Errorf("more than %d blobs", maxEntries)
	}
	w.seen[desc.Digest] = desc
	if !isIndex(desc.MediaType) && !isManifest(desc.MediaType) {
		return nil
	}
	if depth > maxDepth {
		return fmt.Errorf("index %s: more than %d indexes within each other", desc.Digest, maxDepth)
	}
	children, err := w.children(ctx, desc)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := w.visit(ctx, child, depth+1); err != nil {
			return fmt.Errorf("%s: %w", desc.Digest, err)
		}
	}
	return nil
}

// children are what a document lists.
func (w *walker) children(ctx context.Context, desc ocispec.Descriptor) ([]ocispec.Descriptor, error) {
	if desc.Size < 0 || desc.Size > maxDocument {
		return nil, fmt.Errorf("manifest %s: %d bytes, at most %d are read", desc.Digest, desc.Size, maxDocument)
	}
	data, err := w.read(ctx, desc)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	var document struct {
		MediaType string               `json:"mediaType"`
		Config    *ocispec.Descriptor  `json:"config"`
		Layers    []ocispec.Descriptor `json:"layers"`
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	if document.MediaType != "" && document.MediaType != desc.MediaType {
		return nil, fmt.Errorf("manifest %s is %q, what points to it says %q", desc.Digest, document.MediaType, desc.MediaType)
	}
	if isIndex(desc.MediaType) {
		return document.Manifests, nil
	}
	if document.Config == nil {
		return nil, fmt.Errorf("manifest %s has no config", desc.Digest)
	}
	return append(document.Layers, *document.Config), nil
}
