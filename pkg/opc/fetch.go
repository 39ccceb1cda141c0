package opc

import (
	"context"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// Fetch brings everything the lock pins into the store. What is there already
// is not asked for again, and a download that was cut off goes on.
func (c *Client) Fetch(ctx context.Context, plan *compose.Plan, l *lock.Lock) error {
	r := &locker{Client: c, plan: plan, lock: l, old: l}
	if err := r.missingDownloads(ctx); err != nil {
		return err
	}
	if err := r.stage(ctx); err != nil {
		return err
	}
	var pins []lock.Image
	for _, image := range l.Images {
		switch {
		case image.Republished():
			pins = append(pins, parts(image)...)
		case !image.Assembled:
			pins = append(pins, image)
		}
	}
	if l.Base != nil {
		pins = append(pins, *l.Base)
	}
	found, err := c.resolvePins(ctx, pins)
	if err != nil {
		return err
	}
	meter := c.opts.Progress.Begin(progress.Fetch, 0, 0)
	err = c.source.Fetch(ctx, found, meter)
	meter.End(err)
	if err != nil {
		return err
	}
	if err := r.missingRepublished(ctx); err != nil {
		return err
	}
	return r.missingAssembled(ctx)
}

// resolvePins reads the manifests of pinned images, from the store or else from
// upstream, by digest.
func (c *Client) resolvePins(ctx context.Context, pins []lock.Image) ([]*source.Image, error) {
	var wants []source.Want
	for _, pin := range pins {
		ref, err := reference.Parse(pin.Name)
		if err != nil {
			return nil, err
		}
		ref.Digest = pin.Digest
		var targets []string
		for _, p := range pin.Platforms {
			targets = append(targets, p.Platform)
		}
		wants = append(wants, source.Want{Ref: ref, Platforms: parsePlatforms(targets)})
	}
	return c.source.ResolveAll(ctx, wants, nil)
}

// Bake makes the image from what is in the store, and gives it a name. An empty
// name leaves it without one.
func (c *Client) Bake(ctx context.Context, plan *compose.Plan, l *lock.Lock, name string) (*Image, error) {
	opts := bake.Options{
		Client: c.opts.Client, Created: c.opts.Created, Progress: c.opts.Progress,
		Run: c.run, Annotations: c.annotations(),
	}
	desc, err := bake.Bake(ctx, plan, l, c.store, opts)
	if err != nil {
		return nil, err
	}
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

// Build fetches what the lock pins and bakes the image.
func (c *Client) Build(ctx context.Context, plan *compose.Plan, l *lock.Lock, name string) (*Image, error) {
	if name != "" { // a bad name is found before gigabytes are fetched
		if _, err := ParseName(name); err != nil {
			return nil, err
		}
	}
	if err := c.Fetch(ctx, plan, l); err != nil {
		return nil, err
	}
	return c.Bake(ctx, plan, l, name)
}
