package source

import (
	"context"
	"io"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// Store is where content goes. [Local] makes one of a directory.
type Store interface {
	// Stat returns a blob's size, or an error that is store.ErrNotFound.
	Stat(digest.Digest) (int64, error)
	// ReadAll reads a small blob and verifies it.
	ReadAll(context.Context, ocispec.Descriptor) ([]byte, error)
	// Put stores a small blob.
	Put(context.Context, []byte) (digest.Digest, error)
	// Ingest begins a blob of known digest; size -1 when not known. Its error
	// is store.ErrExists when the blob is there already.
	Ingest(ctx context.Context, dgst digest.Digest, size int64) (Ingest, error)
	// Writer begins a blob of unknown digest.
	Writer(context.Context) (Writer, error)
	// Free is how many bytes may still be written.
	Free() (int64, error)
	// Dir names the store in errors.
	Dir() string
}

// Ingest is a blob on its way in. What it got is kept when it is closed.
type Ingest interface {
	remote.Sink
	// Commit makes the blob readable and closes. Its error is store.ErrCorrupt
	// when the digest is wrong; then nothing is kept.
	Commit() error
	Close() error
}

// Writer is content on its way in whose digest is not known.
type Writer interface {
	io.Writer
	Commit() (digest.Digest, int64, error)
	Close() error
}

// Local makes a Store of a directory.
func Local(s *store.Store) Store { return local{s} }

type local struct{ *store.Store }

var _ Store = local{}

func (l local) Ingest(ctx context.Context, dgst digest.Digest, size int64) (Ingest, error) {
	in, err := l.Store.Ingest(ctx, dgst, size)
	if err != nil {
		return nil, err // and not an Ingest that holds a nil pointer
	}
	return in, nil
}

func (l local) Writer(ctx context.Context) (Writer, error) {
	w, err := l.Store.Writer(ctx)
	if err != nil {
		return nil, err
	}
	return w, nil
}
