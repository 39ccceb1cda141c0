// Package bake turns a plan, its lock and a store that has all content into a
// cluster image. It asks no network, and copies no blob: a layer is a recipe of
// tar headers and references, and its bytes exist when somebody reads them.
package bake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/containerd/platforms"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/assemble"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
)

// AnnotationPacking records the limits that decided which file is in which
// layer.
const AnnotationPacking = "org.opc-image.packing"

// TarVersion names the encoding of layers; it is part of a lock.
const TarVersion = "opc-tar/1"

// Options change what Bake does. The zero value is the default.
type Options struct {
	// Client is the name and version of the program, for the image's record.
	// Default: "opc-image".
	Client string
	// Created is the time stamp of the image and all its files. Default: the
	// Unix epoch.
	Created time.Time
	// Limits of the layers.
	Limits layer.Limits
	// Annotations are added to each manifest.
	Annotations map[string]string
	// Progress is told of the hashing of layers. Nil: nobody.
	Progress progress.Func
	// Run executes RUN instructions. Nil: a plan that has some is refused.
	Run Runner
}

// Store is what Bake reads; it adds manifests and the recipes of layers.
type Store = assemble.Store

// Bake makes the image of the plan and returns its manifest, or the index over
// the manifests when there are several platforms. Everything that the lock pins
// is in the store before. Nothing is tagged.
func Bake(ctx context.Context, p *compose.Plan, l *lock.Lock, s Store, opts Options) (ocispec.Descriptor, error) {
	b, err := newBaker(p, l, s, opts)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	b.meter = opts.Progress.Begin(progress.Hash, 0, 0)
	desc, err := b.index(ctx)
	b.meter.End(err)
	return desc, err
}

// baker bakes one plan.
type baker struct {
	plan   *compose.Plan
	lock   *lock.Lock
	store  Store
	opts   Options
	record []byte // the lock, as the image carries it
	meter  *progress.Meter
}

func newBaker(p *compose.Plan, l *lock.Lock, s Store, opts Options) (*baker, error) {
	if len(p.Platforms) == 0 {
		return nil, fmt.Errorf("bake %s: no platform to build for", p.Name)
	}
	if opts.Client == "" {
		opts.Client = "opc-image"
	}
	if opts.Created.IsZero() {
		opts.Created = time.Unix(0, 0).UTC()
	}
	record, err := lock.Encode(l)
	if err != nil {
		return nil, err
	}
	return &baker{plan: p, lock: l, store: s, opts: opts, record: record}, nil
}

func (b *baker) index(ctx context.Context) (ocispec.Descriptor, error) {
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, name := range b.plan.Platforms {
		platform, err := platforms.Parse(name)
		if err != nil {
			return ocispec.Descriptor{}, fmt.Errorf("platform %q: %w", name, err)
		}
		desc, err := b.image(ctx, name, platform)
		if err != nil {
			return ocispec.Descriptor{}, fmt.Errorf("bake %s for %s: %w", b.plan.Name, name, err)
		}
		desc.Platform = &platform
		index.Manifests = append(index.Manifests, desc)
	}
	if len(index.Manifests) == 1 {
		desc := index.Manifests[0]
		desc.Platform = nil
		return desc, nil
	}
	return b.put(ctx, index.MediaType, index)
}

// put stores a JSON document.
func (b *baker) put(ctx context.Context, mediaType string, v any) (ocispec.Descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	dgst, err := b.store.Put(ctx, data)
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}, err
}
