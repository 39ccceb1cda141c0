package opc

import (
	"context"
	"slices"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// Fetch brings everything the lock pins into the store. What is there already
// is not asked for again, and a download that was cut off goes on.
func (c *Client) Fetch(ctx context.Context, plan *compose.Plan, l *lock.Lock) error {
	found, err := c.fetchSmall(ctx, plan, l)
	if err != nil {
		return err
	}
	meter := c.opts.Progress.Begin(progress.Fetch, 0, 0)
	err = c.source.Fetch(ctx, found, meter)
	meter.End(err)
	return err
}

// fetchSmall brings all but the layers of images into the store: charts, files,
// manifests, the images that are made here, the configuration of the base. It
// returns the images whose layers are still to be fetched.
func (c *Client) fetchSmall(ctx context.Context, plan *compose.Plan, l *lock.Lock) ([]*source.Image, error) {
	r := &locker{Client: c, plan: plan, lock: l, old: l}
	if err := r.missingDownloads(ctx); err != nil {
		return nil, err
	}
	if err := r.stage(ctx); err != nil {
		return nil, err
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
		return nil, err
	}
	if l.Base != nil {
		if err := c.fetchConfigs(ctx, found[len(found)-1:]); err != nil {
			return nil, err
		}
	}
	if err := r.missingRepublished(ctx); err != nil {
		return nil, err
	}
	return found, r.missingAssembled(ctx)
}

// fetchConfigs brings the configurations of resolved images into the store, and not
// their layers.
func (c *Client) fetchConfigs(ctx context.Context, found []*source.Image) error {
	var bare []*source.Image
	for _, image := range found {
		one := *image
		one.Manifests = slices.Clone(image.Manifests)
		for i := range one.Manifests {
			one.Manifests[i].Layers = nil
		}
		bare = append(bare, &one)
	}
	return c.source.Fetch(ctx, bare, nil)
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
