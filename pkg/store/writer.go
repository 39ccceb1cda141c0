package store

import (
	"context"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"
)

// Writer is content on its way in whose digest is not known. It is for one
// goroutine at a time.
type Writer struct {
	s    *Store
	ctx  context.Context
	file *os.File
	hash hash.Hash
	size int64
}

// Writer takes content of unknown digest. It has to be closed.
func (s *Store) Writer(ctx context.Context) (*Writer, error) {
	if err := s.writable(); err != nil {
		return nil, err
	}
	f, err := s.tempFile(s.path(ingestDir, tempPrefix))
	if err != nil {
		return nil, fmt.Errorf("write to store: %w", err)
	}
	return &Writer{s: s, ctx: ctx, file: f, hash: digest.Canonical.Hash()}, nil
}

// Write appends p.
func (w *Writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, fs.ErrClosed
	}
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	n, err := w.file.Write(p)
	w.hash.Write(p[:n])
	w.size += int64(n)
	return n, w.s.writeError(w.file.Name(), int64(len(p)-n), err)
}

// ReadFrom appends everything from r. It lets io.Copy read large pieces.
func (w *Writer) ReadFrom(r io.Reader) (int64, error) { return readFrom(w, r) }

// Commit makes the content readable, closes, and returns digest and size.
func (w *Writer) Commit() (digest.Digest, int64, error) {
	if w.file == nil {
		return "", 0, fs.ErrClosed
	}
	defer w.Close()
	dgst := digest.NewDigest(digest.Canonical, w.hash)
	if w.s.hasFile(dgst, w.size) {
		return dgst, w.size, nil
	}
	target, err := w.s.blobPath(dgst)
	if err == nil {
		err = w.s.publishBlob(w.file, target)
	}
	if err != nil {
		return "", 0, fmt.Errorf("blob %s: %w", dgst, err)
	}
	f := w.file
	w.file = nil
	return dgst, w.size, f.Close()
}

// Close drops the content unless it was committed.
func (w *Writer) Close() error {
	if w.file == nil {
		return nil
	}
	drop(w.file)
	w.file = nil
	return nil
}

// hasFile reports whether a blob is there as a file.
func (s *Store) hasFile(dgst digest.Digest, size int64) bool {
	path, err := s.blobPath(dgst)
	if err != nil {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}
