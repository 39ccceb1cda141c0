package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// MaxRead bounds what [Store.ReadAll] reads, in bytes.
const MaxRead = 64 << 20

// fileBlob is a blob that is a file. Its WriteTo is that of os.File, which lets
// the kernel move the bytes where it can.
type fileBlob struct {
	file
	size int64
}

// file is a name for os.File under which it can be embedded beside a method
// that is called File.
type file = *os.File

// Size is the size in bytes.
func (b fileBlob) Size() int64 { return b.size }

// File is the file itself, see [layer.Blob].
func (b fileBlob) File() *os.File { return b.file }

// Stat returns the size in bytes of a blob, or of a layer made from a recipe. An
// error matches [ErrNotFound] when the store has neither.
func (s *Store) Stat(dgst digest.Digest) (int64, error) {
	path, err := s.blobPath(dgst)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() {
		return info.Size(), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("blob %s: %w", dgst, err)
	}
	rec, err := s.layerRecord(dgst)
	return rec.size, err
}

// Has reports whether the store has content of that digest and size; a negative
// size stands for any.
func (s *Store) Has(dgst digest.Digest, size int64) bool {
	have, err := s.Stat(dgst)
	return err == nil && (size < 0 || have == size)
}

// Open opens a blob, or a layer made from a recipe. An error matches
// [ErrNotFound] when the store has neither. The content is not verified.
func (s *Store) Open(dgst digest.Digest) (Blob, error) {
	return s.openBlob(dgst, nil)
}

// openBlob opens a blob that is read for the layers of chain, outermost first.
func (s *Store) openBlob(dgst digest.Digest, chain []digest.Digest) (Blob, error) {
	path, err := s.blobPath(dgst)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s.openLayer(dgst, chain)
	}
	if err != nil {
		return nil, fmt.Errorf("blob %s: %w", dgst, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("blob %s: %w", dgst, err)
	}
	return fileBlob{f, info.Size()}, nil
}

// ReadAll reads a small blob, such as a manifest, and verifies it: an error
// matches [ErrCorrupt] when size or digest are not those of desc, [ErrTooLarge]
// when it has more than [MaxRead] bytes.
func (s *Store) ReadAll(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if desc.Size < 0 || desc.Size > MaxRead {
		return nil, fmt.Errorf("blob %s of %d bytes: %w; at most %d are read at once", desc.Digest, desc.Size, ErrTooLarge, MaxRead)
	}
	blob, err := s.Open(desc.Digest)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	if blob.Size() != desc.Size {
		return nil, fmt.Errorf("blob %s: %d bytes, want %d: %w", desc.Digest, blob.Size(), desc.Size, ErrCorrupt)
	}
	data := make([]byte, desc.Size)
	if _, err := io.ReadFull(blob, data); err != nil {
		return nil, fmt.Errorf("blob %s: %w", desc.Digest, err)
	}
	if desc.Digest.Algorithm().FromBytes(data) != desc.Digest {
		return nil, fmt.Errorf("blob %s: %w", desc.Digest, ErrCorrupt)
	}
	return data, nil
}
