package store

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sys/unix"
)

// Ingest is a blob on its way in, of a digest that is known. What was written is
// kept when it is closed without Commit, or when the process dies, and the next
// Ingest of the digest goes on from there. It is for one goroutine at a time.
type Ingest struct {
	s      *Store
	dgst   digest.Digest
	size   int64 // -1: not known
	file   *os.File
	hash   hash.Hash
	offset int64
}

// Ingest begins to take in the blob dgst of size bytes; -1 stands for a size
// that is not known. It waits while another goroutine or process takes in the
// same blob. An error matches [ErrExists] when the blob is there, after waiting
// too. The Ingest has to be closed.
func (s *Store) Ingest(ctx context.Context, dgst digest.Digest, size int64) (*Ingest, error) {
	target, err := s.blobPath(dgst)
	if err != nil {
		return nil, err
	}
	if s.Has(dgst, size) {
		return nil, fmt.Errorf("blob %s: %w", dgst, ErrExists)
	}
	if err := s.writable(); err != nil {
		return nil, err
	}
	path := s.path(ingestDir, flat(dgst))
	f, err := lockFile(ctx, path, os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("blob %s: %w", dgst, s.writeError(target, max(size, 0), err))
	}
	if s.Has(dgst, size) {
		drop(f)
		return nil, fmt.Errorf("blob %s: %w", dgst, ErrExists)
	}
	i := &Ingest{s: s, dgst: dgst, size: size, file: f, hash: dgst.Algorithm().Hash()}
	if err := i.resume(ctx); err != nil {
		f.Close()
		return nil, fmt.Errorf("blob %s: resume: %w", dgst, err)
	}
	return i, nil
}

// resume hashes what an earlier Ingest has left. The bytes are read rather than
// a saved state of the hash, so that Commit vouches for what is on the disk.
func (i *Ingest) resume(ctx context.Context) error {
	n, err := copyContext(ctx, i.hash, i.file)
	i.offset = n
	if err == nil && i.size >= 0 && n > i.size {
		return i.Restart()
	}
	return err
}

// Offset is the number of bytes that are there already.
func (i *Ingest) Offset() int64 { return i.offset }

// Write appends p. An error matches [ErrTooLarge] when the blob would become
// larger than it was said to be.
func (i *Ingest) Write(p []byte) (int, error) {
	if i.file == nil {
		return 0, fs.ErrClosed
	}
	if i.size >= 0 && i.offset+int64(len(p)) > i.size {
		return 0, fmt.Errorf("blob %s: %w: more than the %d bytes it should have", i.dgst, ErrTooLarge, i.size)
	}
	n, err := i.file.Write(p)
	i.hash.Write(p[:n])
	i.offset += int64(n)
	if err != nil {
		return n, i.s.writeError(i.file.Name(), max(i.size-i.offset, int64(len(p)-n)), err)
	}
	return n, nil
}

// ReadFrom appends everything from r. It lets io.Copy read large pieces.
func (i *Ingest) ReadFrom(r io.Reader) (int64, error) {
	return readFrom(i, r)
}

// Restart throws away the bytes that are there.
func (i *Ingest) Restart() error {
	if i.file == nil {
		return fs.ErrClosed
	}
	if err := i.file.Truncate(0); err != nil {
		return fmt.Errorf("blob %s: restart: %w", i.dgst, err)
	}
	if _, err := i.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("blob %s: restart: %w", i.dgst, err)
	}
	i.hash.Reset()
	i.offset = 0
	return nil
}

// Commit verifies size and digest, makes the blob readable and closes. When
// bytes are missing it keeps what there is, and the error matches
// io.ErrUnexpectedEOF. When the digest is wrong it throws everything away, and
// the error matches [ErrCorrupt].
func (i *Ingest) Commit() error {
	if i.file == nil {
		return fs.ErrClosed
	}
	defer i.Close()
	if i.size >= 0 && i.offset < i.size {
		return fmt.Errorf("blob %s: %d of %d bytes: %w", i.dgst, i.offset, i.size, io.ErrUnexpectedEOF)
	}
	if got := digest.NewDigest(i.dgst.Algorithm(), i.hash); got != i.dgst {
		return errors.Join(
			fmt.Errorf("blob %s: %w: its %d bytes have digest %s; they are dropped", i.dgst, ErrCorrupt, i.offset, got),
			i.Discard())
	}
	target, err := i.s.blobPath(i.dgst)
	if err != nil {
		return err
	}
	if err := i.s.publishBlob(i.file, target); err != nil {
		return fmt.Errorf("blob %s: %w", i.dgst, err)
	}
	return nil
}

// Close keeps the bytes for the next Ingest, unless Commit or Discard was called.
func (i *Ingest) Close() error {
	if i.file == nil {
		return nil
	}
	f := i.file
	i.file = nil
	return f.Close()
}

// Discard throws the bytes away and closes.
func (i *Ingest) Discard() error {
	if i.file == nil {
		return nil
	}
	err := remove(i.file.Name()) // while it is locked
	return errors.Join(err, i.Close())
}
