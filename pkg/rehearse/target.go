package rehearse

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// Target is a registry to push to, on disk, by the OCI distribution
// specification: monolithic and chunked uploads, mounts, manifests, tags and
// referrers' subjects as they come. Layers pass through to disk and are verified
// on the way; memory holds manifests, and a word for each blob.
//
// Its content lasts as long as its directory, its tags as long as the Target.
type Target struct {
	dir     string
	counter *counter
	server  *http.Server
	address string

	mu           sync.Mutex
	repositories map[string]*targetRepository
	uploads      map[string]*upload
}

// targetRepository is what a repository of a Target refers to.
type targetRepository struct {
	blobs     map[digest.Digest]bool
	manifests map[digest.Digest]targetManifest
	tags      map[string]digest.Digest
}

// targetManifest is a manifest or an index.
type targetManifest struct {
	mediaType string
	data      []byte
}

var _ http.Handler = (*Target)(nil)

// NewTarget makes a registry in dir, which it creates.
func NewTarget(dir string) (*Target, error) {
	for _, sub := range []string{"blobs", "uploads"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("make the embedded registry: %w", err)
		}
	}
	t := &Target{dir: dir, repositories: map[string]*targetRepository{}, uploads: map[string]*upload{}}
	t.counter = newCounter(http.HandlerFunc(t.route))
	return t, nil
}

// ServeHTTP answers one request.
func (t *Target) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.counter.ServeHTTP(w, r) }

// Start listens on a free port of the loopback interface and serves there until
// Close.
func (t *Target) Start(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the embedded registry: %w", err)
	}
	t.address = listener.Addr().String()
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	go t.server.Serve(listener) //nolint:errcheck // ends with ErrServerClosed
	return nil
}

// Address is the host and port that Start listens on.
func (t *Target) Address() string { return t.address }

// Close stops serving, drops all connections and gives up unfinished uploads.
// What was pushed stays in the directory.
func (t *Target) Close() error {
	var err error
	if t.server != nil {
		err = t.server.Close()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, up := range t.uploads {
		up.discard()
		delete(t.uploads, id)
	}
	return err
}

// Counts is what was asked for so far, sorted by path.
func (t *Target) Counts() []Count { return t.counter.list() }

// repository finds a repository; it comes to be when something is put there.
// The caller holds the lock.
func (t *Target) repository(name string) *targetRepository {
	repo := t.repositories[name]
	if repo == nil {
		repo = &targetRepository{
			map[digest.Digest]bool{}, map[digest.Digest]targetManifest{}, map[string]digest.Digest{},
		}
		t.repositories[name] = repo
	}
	return repo
}

// hasBlob tells whether a repository has a blob.
func (t *Target) hasBlob(name string, dgst digest.Digest) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	repo := t.repositories[name]
	return repo != nil && repo.blobs[dgst]
}

// blobPath is the file of a blob.
func (t *Target) blobPath(dgst digest.Digest) string {
	return filepath.Join(t.dir, "blobs", dgst.Algorithm().String()+"-"+dgst.Encoded())
}

// uploadID names a new upload.
func uploadID() string { return rand.Text() }
