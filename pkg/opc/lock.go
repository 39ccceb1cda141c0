package opc

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/assemble"
	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/source"
)

// CheckLock tells whether a lock fits the plan; the error is lock.ErrStale when
// it does not.
func (c *Client) CheckLock(ctx context.Context, plan *compose.Plan, l *lock.Lock) error {
	sum, err := c.inputs(ctx, plan)
	if err != nil {
		return err
	}
	if l.Inputs != sum {
		return fmt.Errorf("%w: it was made for other inputs (%s, now %s); write a new one with \"opc-image lock\"", lock.ErrStale, l.Inputs, sum)
	}
	return nil
}

func (c *Client) inputs(ctx context.Context, plan *compose.Plan) (digest.Digest, error) {
	if err := plan.Measure(ctx); err != nil {
		return "", err
	}
	return plan.Checksum()
}

// Lock resolves everything the plan names to digests. Charts, manifests and
// files are downloaded, charts are rendered and searched for images, and every
// image name is resolved; the images' layers are not fetched yet. What old pins
// and the plan still names is kept; pass nil to resolve everything anew. A lock
// that fits the plan already is returned as it is.
func (c *Client) Lock(ctx context.Context, plan *compose.Plan, old *lock.Lock) (*lock.Lock, error) {
	sum, err := c.inputs(ctx, plan)
	if err != nil {
		return nil, err
	}
	if old != nil && old.Inputs == sum {
		return old, nil
	}
	l := &lock.Lock{
		Version: lock.Version, Profile: plan.Name, Inputs: sum, KubeVersion: plan.KubeVersion,
		Platforms: plan.Platforms, Tools: map[string]string{"tar": bake.TarVersion},
	}
	r := &locker{Client: c, plan: plan, lock: l, old: old}
	for _, step := range []func(context.Context) error{r.base, r.downloads, r.stage, r.images, r.assemble} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	l.Sort()
	return l, l.Validate()
}

// locker makes one lock.
type locker struct {
	*Client
	plan *compose.Plan
	lock *lock.Lock
	old  *lock.Lock

	report *inventory.Report // once images were looked for
}

func (r *locker) stage(ctx context.Context) error {
	return rootfs.Stage(ctx, r.plan, r.lock, r.store)
}

// downloads gets charts, manifests and files, and pins them.
func (r *locker) downloads(ctx context.Context) error {
	meter := r.opts.Progress.Begin(progress.Fetch, len(r.plan.Downloads), 0)
	pins := make([]lock.Download, len(r.plan.Downloads))
	errs := make([]error, len(r.plan.Downloads))
	var wg sync.WaitGroup
	limit := make(chan struct{}, r.remote.Limits().Total)
	for i, d := range r.plan.Downloads {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			pins[i], errs[i] = r.download(ctx, d, meter)
			if errs[i] == nil {
				meter.Item(d.Source, "done", "")
			} else {
				meter.Item(d.Source, "failed", errs[i].Error())
			}
		})
	}
	wg.Wait()
	err := joinFailures(ctx, errs)
	meter.End(err)
	r.lock.Downloads = pins
	r.lock.Sort()
	return err
}

func (r *locker) download(ctx context.Context, d compose.Download, m *progress.Meter) (lock.Download, error) {
	pin := lock.Download{Source: d.Source}
	want, err := r.want(d)
	if err != nil {
		return pin, err
	}
	if d.Chart == nil {
		got, err := r.source.Download(ctx, source.File{URL: d.Source, Digest: want, For: d.For}, m)
		pin.Digest, pin.Size = got.Digest, got.Size
		return pin, err
	}
	got, err := r.source.Chart(ctx, source.Chart{
		Repo: d.Chart.Repository, Name: d.Chart.Name, Version: d.Chart.Version, Digest: want, For: d.For,
	}, m)
	pin.Digest, pin.Size, pin.URL = got.Digest, got.Size, got.URL
	return pin, err
}

// want is the digest a download must have: what the plan pins, or else what the
// old lock has.
func (r *locker) want(d compose.Download) (digest.Digest, error) {
	sum := d.SHA256
	if sum != "" && r.opts.Standins != nil {
		var err error
		if sum, err = r.opts.Standins.Pin(d.Source); err != nil {
			return "", err
		}
	}
	if sum != "" {
		return digest.NewDigestFromEncoded(digest.SHA256, sum), nil
	}
	if r.old != nil {
		if pin, ok := r.old.Download(d.Source); ok {
			return pin.Digest, nil
		}
	}
	return "", nil
}

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
	for _, b := range r.plan.Builds {
		delete(wanted, normal(b.Name))
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
		if len(targets) == 0 {
			continue
		}
		wants = append(wants, source.Want{Ref: ref, Platforms: parsePlatforms(targets)})
		pins = append(pins, wanted[name])
	}
	meter := r.opts.Progress.Begin(progress.Resolve, 0, 0)
	found, err := r.source.ResolveAll(ctx, wants, meter)
	meter.End(err)
	if err != nil {
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

// ask is the reference to resolve for a name: by the digest of the old lock
// when there is one.
func (r *locker) ask(name string) (reference.Ref, error) {
	if r.opts.Standins != nil {
		var err error
		if name, err = r.opts.Standins.PinImage(name); err != nil {
			return reference.Ref{}, err
		}
	}
	ref, err := reference.Parse(name)
	if err != nil || ref.Digest != "" || r.old == nil {
		return ref, err
	}
	if pin, ok := r.old.Image(name); ok {
		ref.Digest = pin.Digest
	}
	return ref, nil
}

// publishedFor are the platforms of the plan that an image exists for, as its
// components say; all of them where none says anything.
func (r *locker) publishedFor(name string) []string {
	var targets []string
	told := false
	for _, c := range r.plan.Components {
		for _, image := range c.Images {
			if normal(image.Name) != name || len(image.Platforms) == 0 {
				continue
			}
			told = true
			for _, p := range image.Platforms {
				if slices.Contains(r.plan.Platforms, p) && !slices.Contains(targets, p) {
					targets = append(targets, p)
				}
			}
		}
	}
	if !told {
		return r.plan.Platforms
	}
	return targets
}

// assemble makes the images that no registry has.
func (r *locker) assemble(ctx context.Context) error {
	if len(r.plan.Builds) == 0 {
		return nil
	}
	if err := r.baseConfigs(ctx); err != nil {
		return err
	}
	for _, b := range r.plan.Builds {
		b.From = normal(b.From)
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
	for _, image := range found {
		for i := range image.Manifests {
			image.Manifests[i].Layers = nil
		}
	}
	return r.source.Fetch(ctx, found, nil)
}

func pinImage(name string, image *source.Image) lock.Image {
	pin := lock.Image{Name: name, Digest: image.Desc.Digest, MediaType: image.Desc.MediaType, Size: image.Desc.Size}
	for _, m := range image.Manifests {
		pin.Platforms = append(pin.Platforms, lock.Manifest{
			Platform: platformName(m.Platform), Digest: m.Desc.Digest, MediaType: m.Desc.MediaType, Size: m.Desc.Size,
		})
	}
	return pin
}

// platformName is the name of the platform an image is for, without a variant
// that is the default one: arm64 is arm64/v8.
func platformName(p ocispec.Platform) string {
	p.OSVersion, p.OSFeatures = "", nil
	return platforms.Format(platforms.Normalize(p))
}

func parsePlatforms(names []string) []ocispec.Platform {
	var list []ocispec.Platform
	for _, name := range names {
		if p, err := platforms.Parse(name); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// normal is an image name in full; one that cannot be read stays as it is.
func normal(name string) string {
	if ref, err := reference.Parse(name); err == nil {
		return ref.String()
	}
	return name
}
