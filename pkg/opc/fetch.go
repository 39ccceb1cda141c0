package opc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/source"
	"github.com/opc-source/opc-image/pkg/store"
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
		if !image.Assembled {
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
	return r.missingAssembled(ctx)
}

// missingDownloads gets what a lock from another machine pins and this store
// lacks.
func (r *locker) missingDownloads(ctx context.Context) error {
	var lacking []compose.Download
	for _, d := range r.plan.Downloads {
		pin, ok := r.lock.Download(d.Source)
		if !ok {
			return fmt.Errorf("%w: it has no pin for %s", lock.ErrStale, d.Source)
		}
		if _, err := r.store.Stat(pin.Digest); errors.Is(err, store.ErrNotFound) {
			lacking = append(lacking, d)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	meter := r.opts.Progress.Begin(progress.Fetch, len(lacking), 0)
	errs := make([]error, len(lacking))
	for i, d := range lacking {
		pin, _ := r.lock.Download(d.Source)
		d.SHA256 = ""
		got, err := r.download(ctx, d, meter)
		if err == nil && got.Digest != pin.Digest {
			err = fmt.Errorf("%s has digest %s, the lock says %s; if upstream changed it on purpose, write a new lock", d.Source, got.Digest, pin.Digest)
		}
		errs[i] = err
	}
	err := joinFailures(ctx, errs)
	meter.End(err)
	return err
}

// missingAssembled makes assembled images again that this store lacks, and
// holds them against the lock.
func (r *locker) missingAssembled(ctx context.Context) error {
	again := *r
	again.lock = &lock.Lock{Downloads: r.lock.Downloads}
	lacking := false
	for _, image := range r.lock.Images {
		if !image.Assembled {
			again.lock.Images = append(again.lock.Images, image)
		} else if _, err := r.store.Stat(image.Digest); err != nil {
			lacking = true
		}
	}
	if !lacking {
		return nil
	}
	if err := again.assemble(ctx); err != nil {
		return err
	}
	again.lock.Sort()
	for _, image := range r.lock.Images {
		if made, _ := again.lock.Image(image.Name); image.Assembled && made.Digest != image.Digest {
			return fmt.Errorf("%s was assembled as %s, the lock says %s; write a new lock", image.Name, made.Digest, image.Digest)
		}
	}
	return nil
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

// joinFailures makes one sorted list of what went wrong in several places.
func joinFailures(ctx context.Context, errs []error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var failures remote.Failures
	var others []error
	for _, err := range errs {
		var list remote.Failures
		var one *remote.Error
		switch {
		case err == nil:
		case errors.As(err, &list):
			failures = append(failures, list...)
		case errors.As(err, &one):
			failures = append(failures, one)
		default:
			others = append(others, err)
		}
	}
	if len(failures) > 0 {
		others = append(others, failures)
	}
	return errors.Join(others...)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
