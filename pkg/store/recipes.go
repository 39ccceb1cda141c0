package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
)

// maxDepth bounds how deep layers made from recipes may contain each other.
const maxDepth = 8

// Recipe returns the recipe a layer is made from. An error matches [ErrNotFound]
// when the layer is not made from one. The closer keeps the literal bytes of the
// recipe readable until it is closed.
func (s *Store) Recipe(dgst digest.Digest) (*layer.Recipe, io.Closer, error) {
	rec, err := s.layerRecord(dgst)
	if err != nil {
		return nil, nil, err
	}
	r, f, err := s.openRecipe(rec.dgst)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("layer %s: its recipe %s: %w in store %s", dgst, rec.dgst, ErrNotFound, s.dir)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("layer %s: %w", dgst, err)
	}
	if r.Size() != rec.size {
		f.Close()
		return nil, nil, fmt.Errorf("layer %s: recipe of %d bytes, want %d: %w", dgst, r.Size(), rec.size, ErrCorrupt)
	}
	return r, f, nil
}

func (s *Store) openRecipe(recipe digest.Digest) (*layer.Recipe, *os.File, error) {
	f, err := os.Open(s.recipePath(recipe))
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	r, err := layer.Decode(f, info.Size())
	if err == nil && r.Digest() != recipe {
		err = fmt.Errorf("its index has digest %s", r.Digest())
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("recipe %s: %w: %w", recipe, ErrCorrupt, err)
	}
	return r, f, nil
}

// layerBlob reads a layer, and closes its recipe with it.
type layerBlob struct {
	*layer.Reader
	recipe io.Closer
}

// Close implements io.Closer.
func (b layerBlob) Close() error { return errors.Join(b.Reader.Close(), b.recipe.Close()) }

func (s *Store) openLayer(dgst digest.Digest, chain []digest.Digest) (Blob, error) {
	if slices.Contains(chain, dgst) || len(chain) == maxDepth {
		return nil, fmt.Errorf("layer %s: %w: it contains itself, or is nested more than %d deep", dgst, ErrCorrupt, maxDepth)
	}
	r, f, err := s.Recipe(dgst)
	if err != nil {
		return nil, err
	}
	return layerBlob{r.Open(nested{s, append(slices.Clone(chain), dgst)}), f}, nil
}

// nested opens the blobs of a layer that is itself within the layers of chain.
type nested struct {
	s     *Store
	chain []digest.Digest
}

func (n nested) Open(dgst digest.Digest) (Blob, error) { return n.s.openBlob(dgst, n.chain) }
