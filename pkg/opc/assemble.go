package opc

import (
	"context"
	"fmt"
	"slices"

	"github.com/opc-source/opc-image/pkg/assemble"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
)

// assemble makes the images that no registry has.
func (r *locker) assemble(ctx context.Context) error {
	if len(r.plan.Builds) == 0 {
		return nil
	}
	if err := r.baseConfigs(ctx); err != nil {
		return err
	}
	for _, b := range r.plan.Builds {
		if b.From != "" {
			b.From = normal(b.From)
		}
		pin, err := assemble.Assemble(ctx, b, r.builtFor(b), r.lock, r.store, r.opts.Created)
		if err != nil {
			return err
		}
		pin.Name = normal(b.Name)
		pin.Components = []string{b.Owner}
		if r.report != nil {
			for _, image := range r.report.Images {
				if image.Name == pin.Name {
					pin.Components, pin.Why = image.Components, image.Why
				}
			}
		}
		r.lock.Images = append(r.lock.Images, pin)
	}
	return nil
}

// builtFor are the platforms of the plan that a build is for.
func (r *locker) builtFor(b compose.Build) []string {
	if len(b.Platforms) == 0 {
		return r.plan.Platforms
	}
	return slices.DeleteFunc(slices.Clone(r.plan.Platforms), func(p string) bool { return !slices.Contains(b.Platforms, p) })
}

// baseConfigs fetches the configs of the bases, which assembling reads.
func (r *locker) baseConfigs(ctx context.Context) error {
	var bases []lock.Image
	for _, b := range r.plan.Builds {
		if b.From == "" {
			continue
		}
		pin, ok := r.lock.Image(normal(b.From))
		if !ok {
			return fmt.Errorf("the lock has no pin for %s", b.From)
		}
		bases = append(bases, pin)
	}
	found, err := r.resolvePins(ctx, bases)
	if err != nil {
		return err
	}
	return r.fetchConfigs(ctx, found)
}

// baseFor are the platforms for which a base is wanted: those of the images that
// are assembled on it.
func (r *locker) baseFor(name string) []string {
	return slices.DeleteFunc(slices.Clone(r.plan.Platforms), func(platform string) bool {
		return !slices.ContainsFunc(r.plan.Builds, func(b compose.Build) bool {
			return b.From != "" && normal(b.From) == name && slices.Contains(r.builtFor(b), platform)
		})
	})
}

// missingAssembled makes assembled images again that this store lacks, and
// holds them against the lock.
func (r *locker) missingAssembled(ctx context.Context) error {
	again := *r
	again.lock = &lock.Lock{Downloads: r.lock.Downloads}
	lacking := false
	for _, image := range r.lock.Images {
		if !image.Assembled || image.Republished() {
			again.lock.Images = append(again.lock.Images, image)
			continue
		}
		lacking = lacking || !r.store.Has(image.Digest, image.Size)
		for _, p := range image.Platforms {
			lacking = lacking || !r.store.Has(p.Digest, p.Size)
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
