package store

import (
	"context"
	"os"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/progress"
)

// Blob is content of the store, open for reading.
type Blob = layer.Blob

// Reader is the reading side of a store: all that a reproducible build needs of
// what was fetched.
type Reader interface {
	Stat(dgst digest.Digest) (int64, error)
	Open(dgst digest.Digest) (Blob, error)
	ReadAll(ctx context.Context, desc ocispec.Descriptor) ([]byte, error)
}

// Options changes how a store is opened. The zero value is the default.
type Options struct {
	// ReadOnly opens the store without creating or changing anything. A store
	// on a read-only file system, or without write permission, is opened so in
	// any case.
	ReadOnly bool
	// NoSync leaves it to the system when content reaches the disk. After a
	// power failure content may then be missing although it has a tag; damaged
	// content is found in any case.
	NoSync bool
	// Progress is told about content that is verified while opening, because
	// the machine went down in the middle of writing. Nil: nobody.
	Progress progress.Func
}

// Store is a content store in a directory. Its methods may be called from many
// goroutines.
type Store struct {
	dir      string
	readOnly bool
	noSync   bool
	lock     *os.File // held shared while the store is open; nil if read-only

	mu     sync.RWMutex // held for reading while content gets its name
	marker *os.File     // says that there are writes not yet on the disk; or nil
	bootID func() string
}

var _ Reader = (*Store)(nil)

// Dir is the directory of the store.
func (s *Store) Dir() string { return s.dir }

// ReadOnly reports whether the store can only be read.
func (s *Store) ReadOnly() bool { return s.readOnly }

// Close releases the store. Content that no [Store.Tag] or [Store.Sync] has
// brought to the disk reaches it when the system writes it.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range []*os.File{s.marker, s.lock} {
		if f != nil {
			f.Close() // only a lock: nothing was written through it
		}
	}
	s.marker, s.lock = nil, nil
	return nil
}
