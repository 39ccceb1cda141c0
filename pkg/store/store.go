package store

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/progress"
)

var errTODO = errors.New("store: not written yet")

// What callers may test for with errors.Is.
var (
	ErrNotFound = errors.New("not found")            // blob or tag
	ErrExists   = errors.New("already in the store") // blob given to Ingest
	ErrReadOnly = errors.New("store is read-only")
	ErrCorrupt  = errors.New("content does not match its digest")
	ErrInUse    = errors.New("store is in use by another process")
	ErrTooLarge = errors.New("larger than allowed")
)

// Blob is content of the store, open for reading.
type Blob = layer.Blob

// Reader is the reading side of a store.
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
	// power failure tags may then be lost; damaged content is still found.
	NoSync bool
	// Progress is told about content that is verified while opening, after the
	// machine went down in the middle of writing. Nil: nobody.
	Progress progress.Func
}

// Store is a content store in a directory.
type Store struct{}

var _ Reader = (*Store)(nil)

// Open opens the store in dir, creating it when dir is missing or empty.
func Open(dir string, opts Options) (*Store, error) { return nil, errTODO }

// Close releases the store.
func (s *Store) Close() error { return nil }

// Dir is the directory of the store.
func (s *Store) Dir() string { return "" }

// Stat returns the size in bytes of a blob or a layer made from a recipe.
func (s *Store) Stat(dgst digest.Digest) (int64, error) { return 0, errTODO }

// Has reports whether the store has content of that digest and size.
func (s *Store) Has(dgst digest.Digest, size int64) bool { return false }

// Open opens a blob, or a layer made from a recipe.
func (s *Store) Open(dgst digest.Digest) (Blob, error) { return nil, errTODO }

// ReadAll reads a small blob (at most MaxRead bytes) and verifies it.
func (s *Store) ReadAll(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	return nil, errTODO
}

// Put stores data.
func (s *Store) Put(ctx context.Context, data []byte) (digest.Digest, error) { return "", errTODO }

// PutFile stores a copy of the file at path.
func (s *Store) PutFile(ctx context.Context, path string) (digest.Digest, int64, error) {
	return "", 0, errTODO
}

// Writer takes content of unknown digest.
func (s *Store) Writer(ctx context.Context) (*Writer, error) { return nil, errTODO }

// Writer is content on its way in whose digest is not known yet.
type Writer struct{}

// Write appends p.
func (w *Writer) Write(p []byte) (int, error) { return 0, errTODO }

// Commit makes the content readable under its digest.
func (w *Writer) Commit() (digest.Digest, int64, error) { return "", 0, errTODO }

// Close drops the content unless it was committed.
func (w *Writer) Close() error { return nil }

// Ingest begins to take in the blob dgst of size bytes (-1: not known). It
// waits while somebody else takes in the same blob.
func (s *Store) Ingest(ctx context.Context, dgst digest.Digest, size int64) (*Ingest, error) {
	return nil, errTODO
}

// Ingest is a blob on its way in. What was written is kept when it is closed
// before Commit, or the process dies, and the next Ingest goes on from there.
type Ingest struct{}

// Offset is the number of bytes already there.
func (i *Ingest) Offset() int64 { return 0 }

// Write appends p.
func (i *Ingest) Write(p []byte) (int, error) { return 0, errTODO }

// Restart throws away the bytes already there.
func (i *Ingest) Restart() error { return errTODO }

// Commit verifies size and digest and makes the blob readable.
func (i *Ingest) Commit() error { return errTODO }

// Close keeps the bytes for the next Ingest, unless Commit was called.
func (i *Ingest) Close() error { return nil }

// Discard throws the bytes away and closes.
func (i *Ingest) Discard() error { return nil }

// PutLayer makes the layer of a recipe readable, and returns its descriptor.
// The layer is hashed the first time only; m counts the bytes hashed.
func (s *Store) PutLayer(ctx context.Context, r *layer.Recipe, m *progress.Meter) (ocispec.Descriptor, error) {
	return ocispec.Descriptor{}, errTODO
}

// Image is a named entry of index.json.
type Image struct {
	Name       string // empty when the entry has no name
	Descriptor ocispec.Descriptor
}

// Tag gives desc a name, in place of what had that name.
func (s *Store) Tag(ctx context.Context, name string, desc ocispec.Descriptor) error { return errTODO }

// Untag takes a name away. Content stays until Prune.
func (s *Store) Untag(ctx context.Context, name string) error { return errTODO }

// Resolve returns what has the name.
func (s *Store) Resolve(ctx context.Context, name string) (ocispec.Descriptor, error) {
	return ocispec.Descriptor{}, errTODO
}

// Images lists index.json, sorted by name.
func (s *Store) Images(ctx context.Context) ([]Image, error) { return nil, errTODO }

// Free is the number of bytes that can be written to the store's file system.
func (s *Store) Free() (int64, error) { return 0, errTODO }

// FsckOptions changes what Fsck does. The zero value checks all blobs, recipes
// and tags, and changes nothing.
type FsckOptions struct {
	Layers   bool          // also hash every layer made from a recipe
	Repair   bool          // move damaged content away, so that a build heals it
	Progress progress.Func // nil: nobody
}

// Problem is something Fsck found.
type Problem struct {
	Digest    digest.Digest `json:"digest,omitempty"`
	Path      string        `json:"path,omitempty"` // within the store
	Reason    string        `json:"reason"`
	Referrers []string      `json:"referrers,omitempty"` // tags and digests that need it
	Advice    string        `json:"advice"`
	Repaired  bool          `json:"repaired,omitempty"`
}

// FsckReport is what Fsck checked and found.
type FsckReport struct {
	Blobs    int       `json:"blobs"`
	Bytes    int64     `json:"bytes"`
	Recipes  int       `json:"recipes"`
	Images   int       `json:"images"`
	Problems []Problem `json:"problems"`
}

// Fsck verifies the store.
func (s *Store) Fsck(ctx context.Context, opts FsckOptions) (*FsckReport, error) { return nil, errTODO }

// PruneOptions changes what Prune does.
type PruneOptions struct {
	DryRun bool // only tell what would be removed
}

// PruneReport is what Prune removed.
type PruneReport struct {
	Blobs []digest.Digest `json:"blobs"` // blobs, and layers made from recipes
	Bytes int64           `json:"bytes"` // freed on disk
}

// Prune removes what no tag needs.
func (s *Store) Prune(ctx context.Context, opts PruneOptions) (*PruneReport, error) {
	return nil, errTODO
}
