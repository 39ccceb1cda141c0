package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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

// pruner removes what is not live.
type pruner struct {
	s      *Store
	dry    bool
	live   *live
	report *PruneReport
}

// remove removes a file; dgst is empty unless it stands for content.
func (p *pruner) remove(path string, dgst digest.Digest) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !p.dry {
		err = remove(path)
	}
	if err != nil {
		return err
	}
	p.report.Bytes += info.Size()
	if dgst != "" {
		p.report.Removed = append(p.report.Removed, dgst)
	}
	return nil
}

// layers goes first: a layer without its recipe would be damage.
func (p *pruner) layers() error {
	list, err := p.s.layerFiles()
	if err != nil {
		return err
	}
	for _, dgst := range list {
		if p.live.blobs[dgst] {
			continue
		}
		if err := p.remove(p.s.layerPath(dgst), dgst); err != nil {
			return err
		}
	}
	return nil
}

func (p *pruner) recipes() error {
	list, err := p.s.recipeFiles()
	if err != nil {
		return err
	}
	for _, recipe := range list {
		if p.live.recipes[recipe] {
			continue
		}
		if err := errors.Join(p.remove(p.s.memoPath(recipe), ""), p.remove(p.s.recipePath(recipe), "")); err != nil {
			return err
		}
	}
	return nil
}

func (p *pruner) blobs() error {
	list, err := p.s.blobFiles()
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.err != nil || p.live.blobs[b.dgst] {
			continue
		}
		if err := p.remove(b.path, b.dgst); err != nil {
			return err
		}
	}
	return nil
}

// rest removes content nobody is taking in any more, and damaged content.
func (p *pruner) rest() error {
	names, _ := filepath.Glob(p.s.path(ingestDir, "*"))
	for _, name := range names {
		f := tryLockFile(name)
		if f == nil {
			continue
		}
		err := p.remove(name, "")
		f.Close()
		if err != nil {
			return err
		}
	}
	damaged, _ := filepath.Glob(p.s.path(corruptDir, "*"))
	memos, _ := filepath.Glob(p.s.path(recipesDir, "*"+memoSuffix))
	for _, name := range memos {
		if _, err := os.Lstat(strings.TrimSuffix(name, memoSuffix)); errors.Is(err, fs.ErrNotExist) {
			damaged = append(damaged, name)
		}
	}
	for _, name := range damaged {
		if err := p.remove(name, ""); err != nil {
			return err
		}
	}
	return nil
}
