package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/opencontainers/go-digest"
)

// Put stores data and returns its digest. Storing what is there costs a stat.
func (s *Store) Put(ctx context.Context, data []byte) (digest.Digest, error) {
	dgst := digest.FromBytes(data)
	if s.Has(dgst, int64(len(data))) {
		return dgst, nil
	}
	w, err := s.Writer(ctx)
	if err != nil {
		return "", err
	}
	defer w.Close()
	if _, err := io.Copy(w, bytes.NewReader(data)); err != nil {
		return "", err
	}
	_, _, err = w.Commit()
	return dgst, err
}

// PutFile stores a copy of the file at path. The copy shares its data with the
// original where the file system can do that. A file that is in the store
// already is only read.
func (s *Store) PutFile(ctx context.Context, path string) (digest.Digest, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := digest.Canonical.Hash()
	size, err := copyContext(ctx, h, f)
	if err != nil {
		return "", 0, fmt.Errorf("read %s: %w", path, err)
	}
	dgst := digest.NewDigest(digest.Canonical, h)
	if s.Has(dgst, size) {
		return dgst, size, nil
	}
	w, err := s.Writer(ctx)
	if err != nil {
		return "", 0, err
	}
	defer w.Close()
	if err := w.copyFile(f); err != nil {
		return "", 0, fmt.Errorf("store a copy of %s: %w", path, err)
	}
	return w.Commit()
}

// copyFile makes src the content. It is hashed again: it may have changed since
// it was looked at.
func (w *Writer) copyFile(src *os.File) error {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if clone(w.file, src) != nil { // it cannot be shared: copy it
		_, err := io.Copy(w, src)
		return err
	}
	n, err := copyContext(w.ctx, w.hash, w.file)
	w.size = n
	return err
}
