package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sys/unix"
)

// PruneOptions changes what Prune does. The zero value removes.
type PruneOptions struct {
	DryRun bool // only tell what would be removed
}

// PruneReport is what Prune removed, or would remove.
type PruneReport struct {
	Removed []digest.Digest `json:"removed"` // blobs, and layers made from recipes
	Bytes   int64           `json:"bytes"`   // freed on the disk
}

// Prune removes what no entry of index.json needs, and what was begun and never
// finished. It needs the store for itself: the error matches [ErrInUse] when
// another process, or another Store of this one, has it open. Nothing else may
// be done with s meanwhile. A damaged manifest stops it, because what that needs
// is not known.
func (s *Store) Prune(ctx context.Context, opts PruneOptions) (*PruneReport, error) {
	if !opts.DryRun {
		if err := s.writable(); err != nil {
			return nil, err
		}
		if err := s.exclusive(); err != nil {
			return nil, fmt.Errorf("prune %s: %w", s.dir, err)
		}
		defer s.shared(ctx)
	}
	live, err := s.reachable(ctx)
	if err != nil {
		return nil, fmt.Errorf("prune %s: %w", s.dir, err)
	}
	p := &pruner{s: s, dry: opts.DryRun, live: live, report: &PruneReport{Removed: []digest.Digest{}}}
	for _, step := range []func() error{p.layers, p.recipes, p.blobs, p.rest} {
		if err := ctx.Err(); err != nil {
			return p.report, err
		}
		if err := step(); err != nil {
			return p.report, fmt.Errorf("prune: %w", err)
		}
	}
	return p.report, nil
}

// exclusive turns the shared lock of the store into an exclusive one.
func (s *Store) exclusive() error {
	err := flock(s.lock, unix.LOCK_EX)
	if errors.Is(err, unix.EWOULDBLOCK) {
		s.shared(context.Background()) // the attempt may have lost it
		return fmt.Errorf("%w; wait for it to end, and try again", ErrInUse)
	}
	return err
}

// shared takes the lock back to where it was.
func (s *Store) shared(ctx context.Context) {
	_ = lock(context.WithoutCancel(ctx), s.lock, unix.LOCK_SH)
}
