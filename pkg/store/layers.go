package store

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"

	"github.com/opc-source/opc-image/pkg/ctxio"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/progress"
)

// PutLayer makes the layer of a recipe readable, and returns its descriptor. The
// layer is hashed the first time; after that no blob is read, only looked for.
// The meter counts the bytes of the layer and reports it as an item, "done" or
// "present". An error matches [ErrNotFound] when a blob is missing.
func (s *Store) PutLayer(ctx context.Context, r *layer.Recipe, m *progress.Meter) (ocispec.Descriptor, error) {
	if err := s.checkBlobs(r); err != nil {
		return ocispec.Descriptor{}, err
	}
	if dgst, ok := s.remembered(r); ok {
		return s.present(dgst, r, m), nil
	}
	if err := s.writable(); err != nil {
		return ocispec.Descriptor{}, err
	}
	temp := s.path(ingestDir, "recipe-"+r.Digest().Encoded())
	f, err := lockFile(ctx, temp, os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("layer recipe %s: %w", r.Digest(), s.writeError(temp, 0, err))
	}
	defer drop(f)
	if dgst, ok := s.remembered(r); ok { // somebody else has hashed it meanwhile
		return s.present(dgst, r, m), nil
	}
	dgst, err := s.hashLayer(ctx, r, m)
	if err == nil {
		err = s.saveLayer(r, dgst)
	}
	if err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("layer recipe %s: %w", r.Digest(), err)
	}
	m.Item(dgst.String(), "done", "")
	return descriptor(dgst, r), nil
}

func (s *Store) present(dgst digest.Digest, r *layer.Recipe, m *progress.Meter) ocispec.Descriptor {
	m.Add(r.Size())
	m.Item(dgst.String(), "present", "")
	return descriptor(dgst, r)
}

func descriptor(dgst digest.Digest, r *layer.Recipe) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: dgst, Size: r.Size()}
}

// checkBlobs makes sure that the blobs of a recipe are there.
func (s *Store) checkBlobs(r *layer.Recipe) error {
	for _, b := range r.Blobs() {
		size, err := s.Stat(b.Digest)
		if err != nil {
			return fmt.Errorf("layer recipe %s: %w", r.Digest(), err)
		}
		if size != b.Size {
			return fmt.Errorf("layer recipe %s: blob %s: %d bytes, want %d: %w", r.Digest(), b.Digest, size, b.Size, ErrCorrupt)
		}
	}
	return nil
}

// remembered returns the layer of a recipe that was hashed before.
func (s *Store) remembered(r *layer.Recipe) (digest.Digest, bool) {
	memo, err := readRecord(s.memoPath(r.Digest()))
	if err != nil || memo.size != r.Size() {
		return "", false
	}
	back, err := s.layerRecord(memo.dgst)
	if err != nil || back != (record{r.Digest(), r.Size()}) {
		return "", false
	}
	_, err = os.Stat(s.recipePath(r.Digest()))
	return memo.dgst, err == nil
}

// hashLayer computes the digest of the layer.
func (s *Store) hashLayer(ctx context.Context, r *layer.Recipe, m *progress.Meter) (digest.Digest, error) {
	blob := r.Open(nested{s, []digest.Digest{r.Digest()}})
	defer blob.Close()
	h := digest.Canonical.Hash()
	if _, err := blob.WriteTo(ctxio.Writer(ctx, io.MultiWriter(h, m))); err != nil {
		return "", err
	}
	return digest.NewDigest(digest.Canonical, h), nil
}

// saveLayer writes the recipe, and then what refers to it.
func (s *Store) saveLayer(r *layer.Recipe, dgst digest.Digest) error {
	if err := s.replace(s.recipePath(r.Digest()), r, false); err != nil {
		return err
	}
	back := record{r.Digest(), r.Size()}
	if err := s.replace(s.layerPath(dgst), strings.NewReader(back.String()), false); err != nil {
		return err
	}
	memo := record{dgst, r.Size()}
	return s.replace(s.memoPath(r.Digest()), strings.NewReader(memo.String()), false)
}
