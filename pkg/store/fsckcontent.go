package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
)

// What to do about the problems.
const (
	adviceRepair  = "repair the store, then " + adviceAgain
	adviceAgain   = "build or pull the images again: only what is damaged is fetched"
	adviceMissing = "build or pull the images again"
	adviceStray   = "remove the file"
)

// blobs verifies every file among the blobs.
func (c *checker) blobs(ctx context.Context) error {
	list, err := c.s.blobFiles()
	if err != nil {
		return err
	}
	for _, b := range list {
		c.report.Blobs++
		c.report.Bytes += b.size
	}
	bad, err := verifyBlobs(ctx, list, c.opts.Progress)
	for _, b := range bad {
		p := Problem{Digest: b.dgst, Path: c.relative(b.path), Reason: b.err.Error(), Advice: adviceRepair}
		if b.dgst == "" {
			p.Advice = adviceStray
		} else {
			p.repair = func() error {
				return errors.Join(c.moveAway(b.path, flat(b.dgst)), c.s.forget(b.dgst))
			}
		}
		c.add(p)
	}
	return err
}

// moveAway takes a damaged file out of use.
func (c *checker) moveAway(path, name string) error {
	if err := os.MkdirAll(c.s.path(corruptDir), 0o755); err != nil {
		return err
	}
	return os.Rename(path, c.s.path(corruptDir, name))
}

// recipes verifies the recipes themselves.
func (c *checker) recipes(ctx context.Context) error {
	list, err := c.s.recipeFiles()
	if err != nil {
		return err
	}
	for _, recipe := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := c.s.verifyRecipe(recipe)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		path := c.s.recipePath(recipe)
		c.add(Problem{
			Path: c.relative(path), Reason: err.Error(), Advice: adviceRepair,
			repair: func() error {
				return errors.Join(c.moveAway(path, "recipe-"+filepath.Base(path)), remove(c.s.memoPath(recipe)))
			},
		})
	}
	return nil
}

// layers checks the layers made from recipes: that they can be made.
func (c *checker) layers(ctx context.Context) error {
	list, err := c.s.layerFiles()
	if err != nil {
		return err
	}
	for _, dgst := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.report.Layers++
		err := c.layer(ctx, dgst)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		path := c.s.layerPath(dgst)
		rec, _ := readRecord(path)
		c.add(Problem{
			Digest: dgst, Path: c.relative(path), Reason: err.Error(), Advice: adviceRepair,
			repair: func() error {
				if rec.dgst == "" {
					return remove(path)
				}
				return errors.Join(remove(path), remove(c.s.memoPath(rec.dgst)))
			},
		})
	}
	return nil
}

// layer checks one layer; missing blobs it adds to the problems itself.
func (c *checker) layer(ctx context.Context, dgst digest.Digest) error {
	r, f, err := c.s.Recipe(dgst)
	if err != nil {
		return err
	}
	defer f.Close()
	whole := true
	for _, b := range r.Blobs() {
		c.parents[b.Digest] = append(c.parents[b.Digest], dgst)
		size, err := c.s.Stat(b.Digest)
		if err == nil && size != b.Size {
			err = fmt.Errorf("%d bytes, and layer %s needs %d", size, dgst, b.Size)
		}
		if err != nil {
			whole = false
			c.add(Problem{Digest: b.Digest, Reason: err.Error(), Advice: adviceMissing})
		}
	}
	if !whole || !c.opts.Layers {
		return nil
	}
	got, err := c.s.hashLayer(ctx, r, nil)
	if err == nil && got != dgst {
		err = fmt.Errorf("%w: the recipe makes %s", ErrCorrupt, got)
	}
	return err
}
