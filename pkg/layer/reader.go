package layer

import (
	"io"

	"github.com/opencontainers/go-digest"
)

// Blob is content that can be read from any offset. A Blob that is one file
// also has a method File() *os.File, which lets a Reader hand that file to the
// destination, and the kernel move the bytes.
type Blob interface {
	io.ReadSeekCloser
	io.ReaderAt
	io.WriterTo
	Size() int64
}

// Opener gives the content of blobs.
type Opener interface {
	Open(digest.Digest) (Blob, error)
}

// Reader produces the bytes of a layer. It keeps at most one blob open. Only
// ReadAt may be called from several goroutines.
type Reader struct{}

var _ Blob = (*Reader)(nil)

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) { return 0, errTODO }

// ReadAt implements io.ReaderAt.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) { return 0, errTODO }

// Seek implements io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) { return 0, errTODO }

// WriteTo writes what is left of the tar to w.
func (r *Reader) WriteTo(w io.Writer) (int64, error) { return 0, errTODO }

// Size is the size of the tar in bytes.
func (r *Reader) Size() int64 { return 0 }

// Close closes the blob that is open.
func (r *Reader) Close() error { return nil }
