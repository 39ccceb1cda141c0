package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"
)

// maxIndex bounds index.json, in bytes.
const maxIndex = 64 << 20

// emptyIndex is the index.json of a new store.
const emptyIndex = `{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageIndex + `","manifests":[]}`

func (s *Store) readIndex() (*ocispec.Index, error) {
	data, err := readFile(s.path(indexFile), maxIndex)
	if os.IsNotExist(err) {
		data, err = []byte(emptyIndex), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	index := &ocispec.Index{}
	if err := json.Unmarshal(data, index); err != nil {
		return nil, fmt.Errorf("read tags: %s: %w", s.path(indexFile), err)
	}
	return index, nil
}

// updateIndex rewrites index.json while no other process does. A reader sees the
// old file or the new one.
func (s *Store) updateIndex(ctx context.Context, change func([]ocispec.Descriptor) []ocispec.Descriptor) error {
	if err := s.writable(); err != nil {
		return err
	}
	// Before the lock, because it may take long. Content first, then its name.
	if err := s.Sync(ctx); err != nil {
		return err
	}
	path := s.path(locksDir, "index")
	f, err := lockFile(ctx, path, os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return s.writeError(path, 0, err)
	}
	defer f.Close()
	index, err := s.readIndex()
	if err != nil {
		return err
	}
	before, err := encodeIndex(index)
	if err != nil {
		return err
	}
	index.Manifests = change(index.Manifests)
	after, err := encodeIndex(index)
	if err != nil || bytes.Equal(before, after) {
		return err
	}
	return s.replace(s.path(indexFile), bytes.NewReader(after), true)
}

// encodeIndex sorts the entries and writes them as JSON, whose maps are sorted.
func encodeIndex(index *ocispec.Index) ([]byte, error) {
	index.Versioned = specs.Versioned{SchemaVersion: 2}
	index.MediaType = ocispec.MediaTypeImageIndex
	index.Manifests = slices.Clone(index.Manifests)
	if index.Manifests == nil {
		index.Manifests = []ocispec.Descriptor{}
	}
	sortIndex(index.Manifests)
	return json.Marshal(index)
}

func sortIndex(list []ocispec.Descriptor) {
	slices.SortStableFunc(list, func(a, b ocispec.Descriptor) int {
		return cmp.Or(
			cmp.Compare(a.Annotations[ocispec.AnnotationRefName], b.Annotations[ocispec.AnnotationRefName]),
			cmp.Compare(a.Digest, b.Digest))
	})
}
