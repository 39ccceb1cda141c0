package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// record is the line of a small file: which recipe makes a layer, or which
// layer a recipe makes. A file that is no such line is as good as none.
type record struct {
	dgst digest.Digest
	size int64 // of the layer, bytes
}

func (r record) String() string { return fmt.Sprintf("%s %d\n", r.dgst, r.size) }

// layerPath is the record of a layer made from a recipe.
func (s *Store) layerPath(dgst digest.Digest) string { return s.path(layersDir, dgst.Encoded()) }

// recipePath is where the recipe is.
func (s *Store) recipePath(recipe digest.Digest) string { return s.path(recipesDir, recipe.Encoded()) }

// memoPath is the record of the layer that a recipe makes.
func (s *Store) memoPath(recipe digest.Digest) string { return s.recipePath(recipe) + memoSuffix }

// layerRecord tells which recipe makes the layer, and the size of the layer.
func (s *Store) layerRecord(dgst digest.Digest) (record, error) {
	if dgst.Algorithm() != digest.Canonical {
		return record{}, fmt.Errorf("blob %s: %w in store %s", dgst, ErrNotFound, s.dir)
	}
	rec, err := readRecord(s.layerPath(dgst))
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, fmt.Errorf("blob %s: %w in store %s", dgst, ErrNotFound, s.dir)
	}
	if err != nil {
		return record{}, fmt.Errorf("layer %s: %w", dgst, err)
	}
	return rec, nil
}

func readRecord(path string) (record, error) {
	data, err := readFile(path, 256)
	if err != nil {
		return record{}, err
	}
	text, size, _ := strings.Cut(string(data), " ")
	rec := record{dgst: digest.Digest(text)}
	rec.size, err = strconv.ParseInt(strings.TrimSuffix(size, "\n"), 10, 64)
	if err != nil || rec.size < 0 || rec.dgst.Validate() != nil || rec.dgst.Algorithm() != digest.Canonical || rec.String() != string(data) {
		return record{}, fmt.Errorf("%w: %s holds %.100q", ErrCorrupt, path, data)
	}
	return rec, nil
}
