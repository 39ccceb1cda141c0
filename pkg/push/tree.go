package push

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// maxDepth bounds how deep indexes may stand in each other.
const maxDepth = 4

// manifest is a manifest or index to push.
type manifest struct {
	desc ocispec.Descriptor
	data []byte
}

// tree is an image taken apart.
type tree struct {
	root      manifest
	manifests [][]manifest         // below the root, the deepest level first
	blobs     []ocispec.Descriptor // each once, the largest first
}

// walk reads the manifests of an image.
func (t *task) walk(ctx context.Context, root ocispec.Descriptor) (*tree, error) {
	out := &tree{}
	seen := map[digest.Digest]bool{root.Digest: true}
	level := []ocispec.Descriptor{root}
	for depth := 0; len(level) > 0; depth++ {
		if depth == maxDepth {
			return nil, fmt.Errorf("push %s: more than %d indexes within each other", t.name, maxDepth)
		}
		var here []manifest
		var below []ocispec.Descriptor
		for _, d := range level {
			m, children, err := t.open(ctx, d, out, seen)
			if err != nil {
				return nil, err
			}
			if m.data != nil {
				here = append(here, m)
			}
			below = append(below, children...)
		}
		if depth == 0 {
			if len(here) == 0 {
				return nil, fmt.Errorf("push %s: manifest %s is not in the store", t.name, root.Digest)
			}
			out.root = here[0]
		} else {
			out.manifests = slices.Insert(out.manifests, 0, here)
		}
		level = below
	}
	slices.SortFunc(out.blobs, func(a, b ocispec.Descriptor) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Digest, b.Digest))
	})
	return out, nil
}

// open reads one manifest, notes its blobs and returns the manifests it names.
// One that the store lacks is fine if the registry has it: an index keeps
// naming platforms that were not asked for.
func (t *task) open(ctx context.Context, d ocispec.Descriptor, out *tree, seen map[digest.Digest]bool) (manifest, []ocispec.Descriptor, error) {
	data, err := t.read(ctx, d)
	if errors.Is(err, store.ErrNotFound) {
		return manifest{}, nil, t.present(ctx, d)
	}
	if err != nil {
		return manifest{}, nil, err
	}
	var doc struct {
		MediaType string               `json:"mediaType"`
		Manifests []ocispec.Descriptor `json:"manifests"`
		Config    ocispec.Descriptor   `json:"config"`
		Layers    []ocispec.Descriptor `json:"layers"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return manifest{}, nil, fmt.Errorf("push %s: manifest %s: %w", t.name, d.Digest, err)
	}
	if doc.MediaType != "" {
		d.MediaType = doc.MediaType
	}
	fresh := func(c ocispec.Descriptor) bool {
		ok := c.Digest != "" && !seen[c.Digest]
		seen[c.Digest] = true
		return ok
	}
	for _, c := range append([]ocispec.Descriptor{doc.Config}, doc.Layers...) {
		if fresh(c) {
			out.blobs = append(out.blobs, c)
		}
	}
	return manifest{d, data}, slices.DeleteFunc(doc.Manifests, func(c ocispec.Descriptor) bool { return !fresh(c) }), nil
}

// present is nil when the registry has a manifest that the store lacks.
func (t *task) present(ctx context.Context, d ocispec.Descriptor) error {
	got, err := t.headManifest(ctx, d.Digest.String())
	if err != nil || got != "" {
		return err
	}
	return &remote.Error{
		Subject: t.subject("push manifest " + d.Digest.String()), Host: t.place.Host,
		Err:  errors.New("neither the store nor the registry has it"),
		Hint: "pull all platforms of the image first",
	}
}
