package opc

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/containerd/platforms"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// Some upstreams publish no index, but an image under a name of its own for each
// platform. The cluster asks for one name on all of them: it gets an index that
// is put together here, over the manifests as they were published.

// publishedAs are the names under which components say that upstream publishes
// an image, by platform.
func (r *locker) publishedAs(name string) map[string]string {
	names := map[string]string{}
	for _, c := range r.plan.Components {
		for _, image := range c.Images {
			if normal(image.Name) == name {
				maps.Copy(names, image.PublishedAs)
			}
		}
	}
	return names
}

// republish resolves the images that have another name on some platform, and
// makes an index of each.
func (r *locker) republish(ctx context.Context) error {
	meter := r.opts.Progress.Begin(progress.Resolve, 0, 0)
	err := r.republishAll(ctx, meter)
	meter.End(err)
	r.lock.Sort()
	return err
}

func (r *locker) republishAll(ctx context.Context, meter *progress.Meter) error {
	for _, name := range sortedKeys(r.others) {
		pin := *r.others[name]
		names := r.publishedAs(name)
		var wants []source.Want
		for _, target := range r.publishedFor(name) {
			part := lock.Manifest{Platform: target, From: name}
			if as := names[target]; as != "" {
				part.From = normal(as)
			}
			ref, err := r.askPart(name, part)
			if err != nil {
				return err
			}
			pin.Platforms = append(pin.Platforms, part)
			wants = append(wants, source.Want{Ref: ref, Platforms: parsePlatforms([]string{target})})
		}
		if len(wants) == 0 {
			continue // composing has warned about it
		}
		found, err := r.source.ResolveAll(ctx, wants, meter)
		if err != nil {
			return err
		}
		for i, image := range found {
			desc := image.Manifests[0].Desc
			p := &pin.Platforms[i]
			p.Digest, p.MediaType, p.Size = desc.Digest, image.Manifests[0].Desc.MediaType, desc.Size
			if p.MediaType == "" {
				p.MediaType = image.Desc.MediaType
			}
		}
		if pin, err = r.putIndex(ctx, pin); err != nil {
			return err
		}
		r.lock.Images = append(r.lock.Images, pin)
	}
	return nil
}

// askPart is the reference to resolve for one platform: by the digest of the old
// lock when it was published under that name then.
func (r *locker) askPart(name string, part lock.Manifest) (reference.Ref, error) {
	ref, err := r.upstream(part.From)
	if err != nil || ref.Digest != "" || r.old == nil {
		return ref, err
	}
	if pin, ok := r.old.Image(name); ok {
		if old, ok := pin.Manifest(part.Platform); ok && old.From == part.From {
			ref.Digest = old.Digest
		}
	}
	return ref, nil
}

// putIndex stores the index over the manifests of an image, and pins it. The
// same manifests always give the same index.
func (r *locker) putIndex(ctx context.Context, pin lock.Image) (lock.Image, error) {
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, p := range pin.Platforms {
		platform, err := platforms.Parse(p.Platform)
		if err != nil {
			return pin, fmt.Errorf("image %s: platform %q: %w", pin.Name, p.Platform, err)
		}
		index.Manifests = append(index.Manifests, ocispec.Descriptor{
			MediaType: p.MediaType, Digest: p.Digest, Size: p.Size, Platform: &platform,
		})
	}
	data, err := json.Marshal(index)
	if err != nil {
		return pin, err
	}
	pin.Assembled, pin.MediaType, pin.Size = true, index.MediaType, int64(len(data))
	pin.Digest, err = r.store.Put(ctx, data)
	return pin, err
}

// missingRepublished makes the indexes again, which no registry has, and holds
// them against the lock.
func (r *locker) missingRepublished(ctx context.Context) error {
	for _, image := range r.lock.Images {
		if !image.Republished() || r.store.Has(image.Digest, image.Size) {
			continue
		}
		made, err := r.putIndex(ctx, image)
		if err != nil {
			return err
		}
		if made.Digest != image.Digest {
			return fmt.Errorf("the index of %s was put together as %s, the lock says %s; write a new lock", image.Name, made.Digest, image.Digest)
		}
	}
	return nil
}

// parts are the images that a republished one is put together from, as images of
// their own.
func parts(image lock.Image) []lock.Image {
	var list []lock.Image
	for _, p := range image.Platforms {
		list = append(list, lock.Image{
			Name: p.From, Digest: p.Digest, MediaType: p.MediaType, Size: p.Size,
		})
	}
	return list
}
