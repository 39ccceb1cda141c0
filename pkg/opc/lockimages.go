package opc

import (
	"context"
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// images finds the images the cluster will ask for, and resolves them.
func (r *locker) images(ctx context.Context) error {
	report, err := r.scan(ctx)
	if err != nil {
		return err
	}
	if err := report.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrIncomplete, err)
	}
	for _, warning := range report.Warnings {
		r.opts.Log("Warning: " + warning)
	}
	r.report = report
	wanted := map[string]*lock.Image{}
	for _, image := range report.Images {
		wanted[image.Name] = &lock.Image{Name: image.Name, Components: image.Components, Why: image.Why}
	}
	r.others = map[string]*lock.Image{}
	for name, image := range wanted {
		if len(r.publishedAs(name)) > 0 {
			r.others[name] = image
			delete(wanted, name)
		}
	}
	for _, b := range r.plan.Builds {
		delete(wanted, normal(b.Name))
		if b.From == "" {
			continue
		}
		base := normal(b.From)
		if wanted[base] == nil {
			wanted[base] = &lock.Image{Name: base, BaseOnly: true}
		}
	}
	return r.resolve(ctx, wanted)
}

// resolve asks what each name means, for the platforms it is published for.
func (r *locker) resolve(ctx context.Context, wanted map[string]*lock.Image) error {
	var wants []source.Want
	var pins []*lock.Image
	for _, name := range sortedKeys(wanted) {
		ref, err := r.ask(name)
		if err != nil {
			return err
		}
		targets := r.publishedFor(name)
		if wanted[name].BaseOnly {
			targets = r.baseFor(name)
		}
		if len(targets) == 0 {
			continue // composing has warned about it
		}
		wants = append(wants, source.Want{Ref: ref, Platforms: parsePlatforms(targets)})
		pins = append(pins, wanted[name])
	}
	meter := r.opts.Progress.Begin(progress.Resolve, 0, 0)
	found, err := r.source.ResolveAll(ctx, wants, meter)
	meter.End(err)
	if err != nil {
		by := map[string]string{}
		for i, want := range wants {
			by[want.Ref.String()] = askedBy(pins[i])
		}
		wantedBy(err, func(ref string) string { return by[ref] })
		return err
	}
	for i, image := range found {
		pin := pinImage(pins[i].Name, image)
		pin.BaseOnly, pin.Components, pin.Why = pins[i].BaseOnly, pins[i].Components, pins[i].Why
		r.lock.Images = append(r.lock.Images, pin)
	}
	r.lock.Sort()
	return nil
}

// askedBy names the components and apps that ask for an image, or else the file.
func askedBy(image *lock.Image) string {
	if len(image.Components) == 0 && len(image.Why) > 0 {
		return image.Why[0].File
	}
	return strings.Join(image.Components, ", ")
}

// ask is the reference to resolve for a name: by the digest of the old lock
// when there is one.
func (r *locker) ask(name string) (reference.Ref, error) {
	ref, err := r.upstream(name)
	if err != nil || ref.Digest != "" || r.old == nil {
		return ref, err
	}
	if pin, ok := r.old.Image(name); ok && !pin.Assembled {
		ref.Digest = pin.Digest
	}
	return ref, nil
}

// upstream is the reference by which a name is asked for; in a rehearsal, a name
// pinned by digest stands for its stand-in.
func (r *locker) upstream(name string) (reference.Ref, error) {
	if r.opts.Standins != nil {
		var err error
		if name, err = r.opts.Standins.PinImage(name); err != nil {
			return reference.Ref{}, err
		}
	}
	return reference.Parse(name)
}
