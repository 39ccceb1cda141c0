package opc

import (
	"context"
	"errors"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/source"
)

// Build fetches what the lock pins and bakes the image. It does both at a time: a
// layer is hashed as soon as its blobs are there. An empty name leaves the image
// without one.
func (c *Client) Build(ctx context.Context, plan *compose.Plan, l *lock.Lock, name string) (*Image, error) {
	if name != "" { // a bad name is found before gigabytes are fetched
		if _, err := ParseName(name); err != nil {
			return nil, err
		}
	}
	if len(plan.Runs) > 0 { // they run over all that is below
		if err := c.Fetch(ctx, plan, l); err != nil {
			return nil, err
		}
		return c.Bake(ctx, plan, l, name)
	}
	found, err := c.fetchSmall(ctx, plan, l)
	if err != nil {
		return nil, err
	}
	desc, err := c.fetchAndBake(ctx, plan, l, found)
	if err != nil {
		return nil, err
	}
	return c.name(ctx, name, desc)
}

// Bake makes the image from what is in the store, and gives it a name. An empty
// name leaves it without one.
func (c *Client) Bake(ctx context.Context, plan *compose.Plan, l *lock.Lock, name string) (*Image, error) {
	desc, err := bake.Bake(ctx, plan, l, c.store, c.bakeOptions())
	if err != nil {
		return nil, err
	}
	return c.name(ctx, name, desc)
}

func (c *Client) bakeOptions() bake.Options {
	return bake.Options{
		Client: c.opts.Client, Created: c.opts.Created, Progress: c.opts.Progress,
		Run: c.run, Annotations: c.annotations(),
	}
}

// name tags an image that was baked.
func (c *Client) name(ctx context.Context, name string, desc ocispec.Descriptor) (*Image, error) {
	if name != "" {
		ref, err := ParseName(name)
		if err != nil {
			return nil, err
		}
		name = ref.String()
		if err := c.store.Tag(ctx, name, desc); err != nil {
			return nil, err
		}
	}
	return c.read(ctx, name, desc)
}

// fetchAndBake bakes while blobs arrive. When a blob does not come, the others are
// fetched nevertheless; when baking fails, fetching ends.
func (c *Client) fetchAndBake(ctx context.Context, plan *compose.Plan, l *lock.Lock, found []*source.Image) (desc ocispec.Descriptor, err error) {
	order := func() ([]digest.Digest, error) { return bake.Order(ctx, plan, l, c.store, c.bakeOptions()) }
	run, stop := context.WithCancel(ctx)
	defer stop()
	meter := c.opts.Progress.Begin(progress.Fetch, 0, 0)
	fetch, err := c.source.Start(run, found, order, meter)
	if err != nil {
		meter.End(err)
		return desc, err
	}
	baked := make(chan error)
	go func() {
		var err error
		desc, err = bake.Bake(run, plan, l, arriving{c.store, fetch}, c.bakeOptions())
		if err != nil && !errors.Is(err, source.ErrNotFetched) {
			stop()
		}
		baked <- err
	}()
	fetched := fetch.End()
	meter.End(fetched)
	err = <-baked
	if err == nil || errors.Is(err, source.ErrNotFetched) {
		err = fetched
	}
	return desc, err
}

// arriving is a store whose blobs are on their way.
type arriving struct {
	bake.Store
	fetch *source.Fetching
}

// PutLayer waits for the blobs of the layer.
func (a arriving) PutLayer(ctx context.Context, r *layer.Recipe, m *progress.Meter) (ocispec.Descriptor, error) {
	for _, blob := range r.Blobs() {
		if err := a.fetch.Wait(ctx, blob.Digest); err != nil {
			return ocispec.Descriptor{}, err
		}
	}
	return a.Store.PutLayer(ctx, r, m)
}
