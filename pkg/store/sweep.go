package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
)

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
