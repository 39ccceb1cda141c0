package serve

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/store"
)

// Store is what a Registry reads from.
type Store interface {
	// Images lists what has a name.
	Images(ctx context.Context) ([]store.Image, error)
	// Open opens a blob, or a layer made from a recipe. The error matches
	// [store.ErrNotFound] when there is none.
	Open(dgst digest.Digest) (store.Blob, error)
	// ReadAll reads and verifies a small blob.
	ReadAll(ctx context.Context, desc ocispec.Descriptor) ([]byte, error)
}

// Options adjust a Registry.
type Options struct {
	// Images are the names of the cluster images to serve, as the store has
	// them. nil: all.
	Images []string
	// Report is told of an image that is left out because it cannot be read. It
	// may be called from several goroutines. nil: nobody is.
	Report func(image string, err error)
}

// Registry answers the requests of clients that pull. It follows the store: an
// image that is tagged while it runs is served from then on.
type Registry struct {
	store Store
	opts  Options

	mu     sync.Mutex
	images []store.Image // what view was made from
	view   *view
}

var _ http.Handler = (*Registry)(nil)

// New serves a store.
func New(s Store, opts Options) *Registry {
	if opts.Report == nil {
		opts.Report = func(string, error) {}
	}
	return &Registry{store: s, opts: opts}
}

// current is the view of what the store has now.
func (g *Registry) current(ctx context.Context) (*view, error) {
	images, err := g.store.Images(ctx)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.view == nil || !slices.EqualFunc(g.images, images, sameImage) {
		// Whoever asks first pays for all, so one client's going away must not
		// leave the others with half a view.
		g.view = g.look(context.WithoutCancel(ctx), images)
		g.images = images
	}
	return g.view, nil
}

// sameImage compares what matters of two entries of a store.
func sameImage(a, b store.Image) bool {
	return a.Name == b.Name && a.Descriptor.Digest == b.Descriptor.Digest
}

// look makes the view of some images.
func (g *Registry) look(ctx context.Context, images []store.Image) *view {
	v := newView()
	for _, image := range images {
		if image.Name == "" || g.opts.Images != nil && !slices.Contains(g.opts.Images, image.Name) {
			continue
		}
		if err := g.addCluster(ctx, v, image); err != nil {
			g.opts.Report(image.Name, err)
		}
	}
	for _, image := range images {
		if image.Name == "" {
			if err := g.addReferrer(ctx, v, image.Descriptor); err != nil {
				g.opts.Report(image.Descriptor.Digest.String(), err)
			}
		}
	}
	return v
}
