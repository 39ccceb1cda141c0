package bake

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// Runner executes a RUN instruction over the layers below it, and returns what
// it changed.
type Runner func(ctx context.Context, run compose.Run, platform string, lower []ocispec.Descriptor) ([]layer.Entry, error)

// layers makes the layers above those of the base. RUN instructions divide them
// into phases: what comes before one is below it.
func (b *baker) layers(ctx context.Context, platform string, base *base) ([]sealer.Layer, error) {
	items, err := rootfs.Bind(ctx, b.plan.Files, b.lock, b.store, platform)
	if err != nil {
		return nil, err
	}
	var layers []sealer.Layer
	var known dirs
	if len(b.plan.Runs) > 0 {
		known = dirs{}
	}
	for phase := range len(b.plan.Runs) + 1 {
		packed, err := b.phase(ctx, items, phase, platform, len(base.manifest.Layers)+len(layers), known)
		if err != nil {
			return nil, err
		}
		made, err := b.hash(ctx, packed)
		if err != nil {
			return nil, err
		}
		layers = append(layers, made...)
		if phase == len(b.plan.Runs) {
			break
		}
		made, err = b.run(ctx, b.plan.Runs[phase], platform, base, layers, known)
		if err != nil {
			return nil, err
		}
		layers = append(layers, made...)
	}
	return layers, nil
}

// phase packs what a phase adds above some layers: the files, and in the last
// phase the images.
func (b *baker) phase(ctx context.Context, items []rootfs.Item, phase int, platform string, below int, known dirs) (_ []layer.Packed, err error) {
	groups := b.group(items, phase)
	if phase == len(b.plan.Runs) {
		if groups, err = b.addRegistry(ctx, groups, platform); err != nil {
			return nil, err
		}
	}
	known.above(groups)
	known.learn(groups)
	return b.pack(groups, phase, below)
}

// pack distributes the groups of a phase over layers, of which there are some
// below. Each RUN to come may need a layer, and each phase. What is left over
// goes to the last phase, which has the images, but half of it at each phase
// before.
func (b *baker) pack(groups []layer.Group, phase, below int) ([]layer.Packed, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	limits := b.limits()
	runs := len(b.plan.Runs) - phase
	left := limits.MaxLayers - below - 2*runs
	if left < 1 {
		return nil, fmt.Errorf("%d layers are below this one, %d RUN instructions above, and %d layers are allowed; "+
			"use fewer RUN instructions or a base image of fewer layers", below, runs, limits.MaxLayers)
	}
	if runs > 0 {
		left = (left + 1) / 2
	}
	limits.MaxLayers = left
	return layer.Pack(groups, limits)
}

// limits are those of the options, defaults filled in.
func (b *baker) limits() layer.Limits {
	return layer.Limits{
		MaxLayers: cmp.Or(b.opts.Limits.MaxLayers, layer.DefaultMaxLayers),
		MaxSize:   cmp.Or(b.opts.Limits.MaxSize, layer.DefaultMaxSize),
	}
}

// hash makes the layers of what was packed, the largest first, as many at a time as
// there are cores to use: more would only take more memory.
func (b *baker) hash(ctx context.Context, packed []layer.Packed) ([]sealer.Layer, error) {
	layers := make([]sealer.Layer, len(packed))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(min(runtime.NumCPU(), runtime.GOMAXPROCS(0)))
	for _, i := range largest(packed) {
		g.Go(func() (err error) {
			layers[i], err = b.layer(ctx, packed[i])
			return err
		})
	}
	return layers, g.Wait()
}

// layer makes one layer. It is called once for each, so that the literal bytes
// of few recipes are in memory at a time.
func (b *baker) layer(ctx context.Context, p layer.Packed) (sealer.Layer, error) {
	recipe, err := p.Recipe()
	if err != nil {
		return sealer.Layer{}, fmt.Errorf("layer of %s: %w", p.Name, err)
	}
	desc, err := b.store.PutLayer(ctx, recipe, b.meter)
	if err != nil {
		return sealer.Layer{}, fmt.Errorf("layer of %s: %w", p.Name, err)
	}
	return sealer.Layer{Descriptor: desc, DiffID: desc.Digest, CreatedBy: "opc-image: " + p.Name}, nil
}

// run executes one RUN instruction; nothing changed is no layer.
func (b *baker) run(ctx context.Context, run compose.Run, platform string, base *base, below []sealer.Layer, known dirs) ([]sealer.Layer, error) {
	if b.opts.Run == nil {
		return nil, fmt.Errorf("%s: RUN cannot be executed here", run.Position)
	}
	lower := append([]ocispec.Descriptor{}, base.manifest.Layers...)
	for _, l := range below {
		lower = append(lower, l.Descriptor)
	}
	run = run.On(platform)
	run.Env = mergeEnv(base.config.Config.Env, run.Env)
	entries, err := b.opts.Run(ctx, run, platform, lower)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	groups := []layer.Group{{Name: "RUN " + strings.Join(run.Command, " "), Entries: entries}}
	known.above(groups)
	known.learn(groups)
	packed, err := layer.Pack(groups, layer.Limits{MaxLayers: 1, MaxSize: math.MaxInt64})
	if err != nil {
		return nil, err
	}
	return b.hash(ctx, packed)
}
