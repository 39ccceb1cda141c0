package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
)

// Blobs takes the content of changed files; a store is one.
type Blobs interface {
	PutFile(ctx context.Context, path string) (digest.Digest, int64, error)
}

// Options of a [Rootfs].
type Options struct {
	// Dir is where trees are kept while they are needed; required. It should
	// belong to the caller alone and lie on a disk that an overlay can use.
	Dir string
	// Blobs receives the content of changed files; required.
	Blobs Blobs
	// MaxBytes bounds the unpacked size of one layer; default 64 GiB.
	MaxBytes int64
	// MaxEntries bounds the number of entries of one layer; default 2,000,000.
	MaxEntries int
}

func (o *Options) setDefaults() {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 30
	}
	if o.MaxEntries <= 0 {
		o.MaxEntries = 2_000_000
	}
}

// Rootfs is a root directory that layers are unpacked into and instructions run
// over. It serves one caller at a time.
type Rootfs struct {
	opts    Options
	session *session
	owners  map[string]owner // not root: owners that the disk cannot hold
	plain   bool             // copy the tree instead of asking for an overlay
}

// owner is a file's user and group in the image.
type owner struct{ uid, gid int }

// Open makes an empty root directory, and removes those that killed processes
// left behind. Close must follow.
func Open(opts Options) (*Rootfs, error) {
	if !supported {
		return nil, ErrUnsupported
	}
	if opts.Dir == "" || opts.Blobs == nil {
		return nil, errors.New("runner: Options.Dir and Options.Blobs are required")
	}
	opts.setDefaults()
	s, err := openSession(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("a directory for RUN in %s: %w", opts.Dir, err)
	}
	if err := os.Mkdir(filepath.Join(s.dir, rootName), 0o755); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return &Rootfs{opts: opts, session: s, owners: map[string]owner{}}, nil
}

// Close removes the tree.
func (r *Rootfs) Close() error {
	return r.session.close()
}

// root is the directory of the unpacked layers.
func (r *Rootfs) root() string {
	return filepath.Join(r.session.dir, rootName)
}

// Names within a session's directory.
const (
	rootName   = "root"   // layers as unpacked: the lower directory
	runName    = "run"    // all that one Run needs
	upperName  = "upper"  // changes, by the overlay
	workName   = "work"   // the overlay's own
	mergedName = "merged" // what the program sees as /
)
