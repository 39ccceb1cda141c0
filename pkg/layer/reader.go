package layer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

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
type Reader struct {
	recipe *Recipe
	blobs  Opener
	pos    int64
	blob   Blob  // open blob of segment at, or nil
	at     int   // segment
	next   int64 // position in the tar at which blob stands
	closed bool
}

var _ Blob = (*Reader)(nil)

// Open reads the tar, taking the blobs from where blobs has them. Blobs are
// opened when their bytes are asked for, one at a time.
func (r *Recipe) Open(blobs Opener) *Reader { return &Reader{recipe: r, blobs: blobs} }

// Size is the size of the tar in bytes.
func (r *Reader) Size() int64 { return r.recipe.Size() }

// Seek implements io.Seeker. It opens nothing.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.Size()
	default:
		return 0, fmt.Errorf("seek in a layer: whence %d", whence)
	}
	if offset < 0 {
		return 0, errors.New("seek in a layer: before its start")
	}
	r.pos = offset
	return offset, nil
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, fs.ErrClosed
	}
	if len(p) == 0 {
		return 0, nil
	}
	i, start, left := r.locate()
	if left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), left)]
	s := r.recipe.segments[i]
	if s.blob == "" {
		n, err := r.recipe.literals.ReadAt(p, s.literal+r.pos-start)
		r.pos += int64(n)
		if n > 0 || !errors.Is(err, io.EOF) {
			return n, unlessFull(n, len(p), err)
		}
		return 0, shrunk("", 0, 0)
	}
	if err := r.use(i, start); err != nil {
		return 0, err
	}
	n, err := r.blob.Read(p)
	r.pos += int64(n)
	r.next = r.pos
	if errors.Is(err, io.EOF) {
		err = nil
		if n == 0 {
			err = shrunk(s.blob, r.pos-start, s.end-start)
		}
	}
	return n, err
}

// unlessFull drops the error that comes with a complete read.
func unlessFull(n, want int, err error) error {
	if n == want {
		return nil
	}
	return err
}

// ReadAt implements io.ReaderAt.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	other := r.recipe.Open(r.blobs)
	defer other.Close()
	if _, err := other.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(other, p)
	if errors.Is(err, io.ErrUnexpectedEOF) && off+int64(n) == r.Size() {
		err = io.EOF
	}
	return n, err
}

// release closes the blob that is open.
func (r *Reader) release() error {
	blob := r.blob
	r.blob = nil
	if blob == nil {
		return nil
	}
	return blob.Close()
}

// Close closes the blob that is open.
func (r *Reader) Close() error {
	r.closed = true
	return r.release()
}
