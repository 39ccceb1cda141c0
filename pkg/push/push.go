package push

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// Store is where content comes from; a *store.Store is one.
type Store interface {
	// Open opens a blob for reading. Its WriteTo writes what is left of it.
	Open(digest.Digest) (store.Blob, error)
	// ReadAll reads a small blob and verifies it.
	ReadAll(context.Context, ocispec.Descriptor) ([]byte, error)
}

var _ Store = (*store.Store)(nil)

// Options changes how an image is pushed. The zero value is the default.
type Options struct {
	// From are repositories of the same registry that may have layers of the
	// image, such as that of its last release: "team/platform". What they have
	// is mounted instead of uploaded.
	From []string
	// Single is the size of the largest blob that is sent in one request,
	// which cannot go on from its middle; 0 means 4 MiB.
	Single int64
}

// Result is what a push did.
type Result struct {
	// Digest the name points to now.
	Digest digest.Digest `json:"digest"`
	// Sent, Mounted and Present count blobs, SentBytes bytes of blobs.
	Sent      int   `json:"sent"`
	Mounted   int   `json:"mounted"`
	Present   int   `json:"present"`
	SentBytes int64 `json:"sentBytes"`
}

// Pusher pushes images. It remembers which repository has which blob, so that
// the next push can mount. It may be used by many goroutines.
type Pusher struct {
	client *remote.Client
	store  Store

	mu    sync.Mutex
	known map[string]string // repository by host and digest
}

// New makes a Pusher.
func New(client *remote.Client, from Store) *Pusher {
	return &Pusher{client: client, store: from, known: map[string]string{}}
}

// task is one push.
type task struct {
	*Pusher
	Options
	place remote.Place
	name  string // of the image, in errors
	meter *progress.Meter

	mu     sync.Mutex
	result Result
}

// Push makes a name point to an image of the store, which is an index or a
// manifest. Blobs that fail do not stop the others; the error is then
// [remote.Failures] and the name is left as it was. The meter counts blobs and
// their bytes.
func (p *Pusher) Push(ctx context.Context, root ocispec.Descriptor, to reference.Ref, o Options, m *progress.Meter) (Result, error) {
	if o.Single == 0 {
		o.Single = 4 << 20
	}
	if to.Digest != "" && to.Digest != root.Digest {
		return Result{}, fmt.Errorf("push to %s: the image has the digest %s: leave the digest out of the name", to, root.Digest)
	}
	t := &task{Pusher: p, Options: o, place: p.client.Origin(to.Domain, to.Path), name: to.String(), meter: m}
	tree, err := t.walk(ctx, root)
	if err != nil {
		return Result{}, err
	}
	if err := t.blobs(ctx, tree.blobs); err != nil {
		return t.result, err
	}
	for _, level := range tree.manifests {
		if err := t.manifests(ctx, level); err != nil {
			return t.result, err
		}
	}
	id := to.Identifier()
	if err := t.putManifest(ctx, tree.root, id); err != nil {
		return t.result, err
	}
	t.result.Digest = root.Digest
	return t.result, t.confirm(ctx, id, root.Digest)
}

// each calls do for every item, as many at a time as the host bears, and
// collects what fails.
func each[T any](ctx context.Context, limit int, items []T, do func(context.Context, T) error) error {
	run, stop := context.WithCancel(ctx)
	defer stop()
	failed := remote.NewCollector(stop)
	var g errgroup.Group
	g.SetLimit(limit)
	for _, item := range items {
		if run.Err() != nil {
			break
		}
		g.Go(func() error {
			failed.Add(do(run, item))
			return nil
		})
	}
	_ = g.Wait()
	return failed.Err(ctx)
}

func (t *task) limit() int { return t.client.PerHost(t.place.Host) }

// subject names the image and a step in errors.
func (t *task) subject(op string) remote.Subject { return remote.Subject{Op: op, Ref: t.name} }

// read reads a manifest of the store.
func (t *task) read(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	data, err := t.store.ReadAll(ctx, desc)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("push %s: manifest %s: %w", t.name, desc.Digest, err)
	}
	return data, err
}
