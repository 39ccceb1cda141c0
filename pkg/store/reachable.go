package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
)

// live is what must stay.
type live struct {
	blobs   map[digest.Digest]bool // layers made from recipes too
	recipes map[digest.Digest]bool
}

// reachable finds what index.json needs.
func (s *Store) reachable(ctx context.Context) (*live, error) {
	index, err := s.readIndex()
	if err != nil {
		return nil, err
	}
	l := &live{blobs: map[digest.Digest]bool{}, recipes: map[digest.Digest]bool{}}
	for queue := index.Manifests; len(queue) > 0; {
		desc := queue[0]
		queue = queue[1:]
		if l.blobs[desc.Digest] {
			continue
		}
		if err := s.markBlob(l, desc.Digest); err != nil {
			return nil, err
		}
		next, err := s.linksOf(ctx, desc)
		if errors.Is(err, ErrNotFound) {
			continue // of a platform that is not kept
		}
		if err != nil {
			return nil, fmt.Errorf("%w; check the store first", err)
		}
		queue = slices.Concat(queue, next.required(), next.optional())
	}
	return l, nil
}

// markBlob keeps a blob; if it is a layer made from a recipe, its blobs too.
func (s *Store) markBlob(l *live, dgst digest.Digest) error {
	if l.blobs[dgst] {
		return nil
	}
	l.blobs[dgst] = true
	r, f, err := s.Recipe(dgst)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; check the store first", err)
	}
	defer f.Close()
	l.recipes[r.Digest()] = true
	for _, b := range r.Blobs() {
		if err := s.markBlob(l, b.Digest); err != nil {
			return err
		}
	}
	return nil
}
