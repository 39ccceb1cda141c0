package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Image is an entry of index.json.
type Image struct {
	// Name is the full reference, from the annotation
	// org.opencontainers.image.ref.name; empty when there is none.
	Name       string             `json:"name"`
	Descriptor ocispec.Descriptor `json:"descriptor"`
}

// Tag gives desc a name, in place of what had that name. The content of desc has
// to be in the store. Unless the store was opened with NoSync, everything stored
// before is on the disk when Tag returns. Tagging again what has the name already
// writes nothing.
func (s *Store) Tag(ctx context.Context, name string, desc ocispec.Descriptor) error {
	if err := checkTag(name); err != nil {
		return err
	}
	if err := desc.Digest.Validate(); err != nil {
		return fmt.Errorf("tag %s: digest %q: %w", name, desc.Digest, err)
	}
	size, err := s.Stat(desc.Digest)
	if err != nil {
		return fmt.Errorf("tag %s: %w", name, err)
	}
	if size != desc.Size {
		return fmt.Errorf("tag %s: blob %s: %d bytes, want %d: %w", name, desc.Digest, size, desc.Size, ErrCorrupt)
	}
	desc.Annotations = maps.Clone(desc.Annotations)
	if desc.Annotations == nil {
		desc.Annotations = map[string]string{}
	}
	desc.Annotations[ocispec.AnnotationRefName] = name
	err = s.updateIndex(ctx, func(list []ocispec.Descriptor) []ocispec.Descriptor {
		return append(without(list, name), desc)
	})
	if err != nil {
		return fmt.Errorf("tag %s: %w", name, err)
	}
	return nil
}

// checkTag refuses names that could not be printed in a list.
func checkTag(name string) error {
	for _, r := range name {
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return fmt.Errorf("tag %q: has blanks or control characters", name)
		}
	}
	if name == "" || len(name) > 1024 {
		return fmt.Errorf("tag %.40q: a name has 1 to 1024 bytes", name)
	}
	return nil
}

// Untag takes a name away. The content stays until Prune. An error matches
// [ErrNotFound] when nothing has the name.
func (s *Store) Untag(ctx context.Context, name string) error {
	found := false
	err := s.updateIndex(ctx, func(list []ocispec.Descriptor) []ocispec.Descriptor {
		rest := without(list, name)
		found = len(rest) != len(list)
		return rest
	})
	if err == nil && !found {
		err = fmt.Errorf("%w in store %s", ErrNotFound, s.dir)
	}
	if err != nil {
		return fmt.Errorf("untag %s: %w", name, err)
	}
	return nil
}

// without is list without the entries of a name.
func without(list []ocispec.Descriptor, name string) []ocispec.Descriptor {
	return slices.DeleteFunc(slices.Clone(list), func(d ocispec.Descriptor) bool {
		return d.Annotations[ocispec.AnnotationRefName] == name
	})
}

// Resolve returns what has the name. An error matches [ErrNotFound] when nothing
// has it.
func (s *Store) Resolve(_ context.Context, name string) (ocispec.Descriptor, error) {
	index, err := s.readIndex()
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	for _, d := range index.Manifests {
		if d.Annotations[ocispec.AnnotationRefName] == name && name != "" {
			return d, nil
		}
	}
	return ocispec.Descriptor{}, fmt.Errorf("image %s: %w in store %s", name, ErrNotFound, s.dir)
}

// Images lists index.json, sorted by name.
func (s *Store) Images(_ context.Context) ([]Image, error) {
	index, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	sortIndex(index.Manifests)
	images := make([]Image, len(index.Manifests))
	for i, d := range index.Manifests {
		images[i] = Image{Name: d.Annotations[ocispec.AnnotationRefName], Descriptor: d}
	}
	return images, nil
}
