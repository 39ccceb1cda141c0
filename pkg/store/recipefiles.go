package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
)

// recipeFiles lists the recipes by their digests, sorted.
func (s *Store) recipeFiles() ([]digest.Digest, error) { return s.digests(recipesDir) }

// layerFiles lists the layers made from recipes, sorted.
func (s *Store) layerFiles() ([]digest.Digest, error) { return s.digests(layersDir) }

// digests lists the files of a directory that are named by a SHA-256.
func (s *Store) digests(dir string) ([]digest.Digest, error) {
	entries, err := os.ReadDir(s.path(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var list []digest.Digest
	for _, e := range entries {
		dgst := digest.NewDigestFromEncoded(digest.Canonical, e.Name())
		if dgst.Validate() == nil {
			list = append(list, dgst)
		}
	}
	return list, nil
}

// verifyRecipe checks that a recipe is as it was written.
func (s *Store) verifyRecipe(recipe digest.Digest) error {
	r, f, err := s.openRecipe(recipe)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := r.Verify(); err != nil {
		return fmt.Errorf("recipe %s: %w: %w", recipe, ErrCorrupt, err)
	}
	return nil
}

// forget drops what is remembered of the layers that contain a damaged blob:
// their digests may have been computed from the damage.
func (s *Store) forget(blob digest.Digest) error {
	recipes, err := s.recipeFiles()
	if err != nil {
		return err
	}
	for _, recipe := range recipes {
		if uses, err := s.recipeUses(recipe, blob); err == nil && !uses {
			continue
		}
		if err := remove(s.memoPath(recipe)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) recipeUses(recipe, blob digest.Digest) (bool, error) {
	r, f, err := s.openRecipe(recipe)
	if err != nil {
		return false, err
	}
	defer f.Close()
	return slices.ContainsFunc(r.Blobs(), func(b layer.Segment) bool { return b.Digest == blob }), nil
}
