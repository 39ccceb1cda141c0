package opc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/source"
	"github.com/opc-source/opc-image/pkg/store"
)

// downloads gets charts, manifests and files, and pins them. Members of archives
// that the old lock pins stay pinned as long as the archive is the same.
func (r *locker) downloads(ctx context.Context) error {
	pins, err := r.getAll(ctx, r.plan.Downloads)
	if err != nil {
		return err
	}
	for i := range pins {
		if r.old == nil {
			break
		}
		if old, ok := r.old.Download(pins[i].Source); ok && old.Digest == pins[i].Digest {
			pins[i].Members = slices.DeleteFunc(slices.Clone(old.Members), func(m lock.Member) bool { return !r.takes(old.Source, m.Path) })
			pins[i].URL = cmp.Or(pins[i].URL, old.URL)
		}
	}
	r.lock.Downloads = pins
	r.lock.Sort()
	return nil
}

// takes tells whether the plan wants a file of an archive.
func (r *locker) takes(source, member string) bool {
	return slices.ContainsFunc(r.plan.AllFiles(), func(f *compose.File) bool {
		return f.Content.Source == source && f.Content.Member == member
	})
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
		_, err := r.store.Stat(pin.Digest)
		if errors.Is(err, store.ErrNotFound) {
			d.SHA256 = pin.Digest.Encoded() // the pin counts, also that of a stand-in
			lacking = append(lacking, d)
		} else if err != nil {
			return err
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	again := *r
	again.pinned = true
	_, err := again.getAll(ctx, lacking)
	return err
}

// getAll brings downloads into the store, as many at a time as there may be
// requests, and pins them. All failures are reported at once.
func (r *locker) getAll(ctx context.Context, list []compose.Download) ([]lock.Download, error) {
	meter := r.opts.Progress.Begin(progress.Download, len(list), 0)
	pins := make([]lock.Download, len(list))
	errs := make([]error, len(list))
	var g errgroup.Group
	g.SetLimit(r.remote.Limits().Total)
	var programs []compose.Download
	var at []int
	for i, d := range list {
		if d.Go != nil && r.opts.Standins == nil {
			programs, at = append(programs, d), append(at, i)
			continue
		}
		g.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			if pins[i], errs[i] = r.download(ctx, d, meter); errs[i] == nil {
				meter.Item(d.Source, "done", "")
			} else {
				meter.Item(d.Source, "failed", errs[i].Error())
			}
			return nil
		})
	}
	_ = g.Wait()
	err := joinFailures(ctx, errs)
	if err == nil {
		err = r.compileInto(ctx, programs, at, pins, meter)
	}
	meter.End(err)
	return pins, err
}

func (r *locker) download(ctx context.Context, d compose.Download, m *progress.Meter) (lock.Download, error) {
	switch {
	case r.opts.Standins != nil && (d.Go != nil || d.Debian != nil):
		return r.standin(ctx, d)
	case d.Debian != nil:
		return r.debian(ctx, d)
	}
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
	wantedBy(err, func(string) string { return d.For })
	return pin, err
}

// want is the digest a download must have: what the plan pins, or else what the
// old lock has.
func (r *locker) want(d compose.Download) (digest.Digest, error) {
	sum := d.SHA256
	if sum != "" && r.opts.Standins != nil && !r.pinned {
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
