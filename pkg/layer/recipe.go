package layer

import (
	"errors"
	"io"

	"github.com/opencontainers/go-digest"
)

var errTODO = errors.New("layer: not written yet")

// Segment is a reference to a blob within a layer.
type Segment struct {
	Digest digest.Digest
	Size   int64 // bytes
	Offset int64 // of the first byte within the tar
}

// Recipe describes the bytes of one layer. It does not change.
type Recipe struct{}

// New makes the recipe of a layer that holds entries.
func New(entries []Entry) (*Recipe, error) { return nil, errTODO }

// Size is the size of the tar in bytes.
func (r *Recipe) Size() int64 { return 0 }

// Digest identifies the recipe; it is not the digest of the tar.
func (r *Recipe) Digest() digest.Digest { return "" }

// Blobs lists the blobs the layer contains, in the order of the tar.
func (r *Recipe) Blobs() []Segment { return nil }

// Open reads the tar, taking the blobs from where blobs has them.
func (r *Recipe) Open(blobs Opener) *Reader { return &Reader{} }

// WriteTo writes the form that [Decode] reads.
func (r *Recipe) WriteTo(w io.Writer) (int64, error) { return 0, errTODO }

// Decode reads a recipe that WriteTo wrote, of size bytes.
func Decode(file io.ReaderAt, size int64) (*Recipe, error) { return nil, errTODO }

// Verify reads the literal bytes of the recipe and compares their digest.
func (r *Recipe) Verify() error { return errTODO }
