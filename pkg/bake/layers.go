package bake

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// Groups of files that belong to no component.
const (
	kubefileGroup = "kubefile" // what the Kubefile itself puts there
	recordGroup   = "record"   // the lock, which changes with everything
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
	limits := b.limits()
	limits.MaxLayers -= len(base.manifest.Layers) + 2*len(b.plan.Runs)
	var layers []sealer.Layer
	for phase := range len(b.plan.Runs) + 1 {
		groups := b.group(items, phase)
		if phase == len(b.plan.Runs) {
			if groups, err = b.addRegistry(ctx, groups, platform); err != nil {
				return nil, err
			}
		}
		packed, err := layer.Pack(groups, limits)
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
		made, err = b.run(ctx, b.plan.Runs[phase], platform, append(base.layers(), layers...))
		if err != nil {
			return nil, err
		}
		layers = append(layers, made...)
		limits.MaxLayers -= len(packed)
	}
	return layers, nil
}

// group sorts the files of a phase by owner. Of files with one name the last
// counts.
func (b *baker) group(items []rootfs.Item, phase int) []layer.Group {
	last := map[string]int{}
	for i, item := range items {
		if item.Phase == phase {
			last[item.Name] = i
		}
	}
	byOwner := map[string][]layer.Entry{}
	for i, item := range items {
		if at, ok := last[item.Name]; !ok || at != i {
			continue
		}
		item.ModTime = b.opts.Created
		owner := cmp.Or(item.Owner, kubefileGroup)
		byOwner[owner] = append(byOwner[owner], item.Entry)
	}
	if phase == len(b.plan.Runs) {
		byOwner[recordGroup] = []layer.Entry{{
			Name: compose.LockFile, Mode: 0o644, Data: b.record, ModTime: b.opts.Created,
		}}
	}
	var groups []layer.Group
	for owner, entries := range byOwner {
		groups = append(groups, layer.Group{Name: owner, Entries: entries})
	}
	slices.SortFunc(groups, func(a, b layer.Group) int { return cmp.Compare(a.Name, b.Name) })
	return groups
}

// addRegistry adds the content of the cluster's registry to the groups.
func (b *baker) addRegistry(ctx context.Context, groups []layer.Group, platform string) ([]layer.Group, error) {
	var images []registryfs.Image
	for _, pin := range b.lock.Images {
		if pin.BaseOnly {
			continue
		}
		image, ok, err := b.registryImage(ctx, pin, platform)
		if err != nil {
			return nil, fmt.Errorf("image %s: %w", pin.Name, err)
		}
		if ok {
			images = append(images, image)
		}
	}
	trees, err := registryfs.Groups(images)
	if err != nil {
		return nil, err
	}
	for _, tree := range trees {
		for i := range tree.Entries {
			tree.Entries[i].ModTime = b.opts.Created
		}
		at := slices.IndexFunc(groups, func(g layer.Group) bool { return g.Name == tree.Name })
		if at < 0 {
			groups = append(groups, tree)
			continue
		}
		groups[at].Entries = append(groups[at].Entries, tree.Entries...)
	}
	return groups, nil
}

// registryImage reads the manifest that the lock pins for the platform. An
// image that is not published for it is left out; resolving has reported that.
func (b *baker) registryImage(ctx context.Context, pin lock.Image, platform string) (registryfs.Image, bool, error) {
	at, ok := pin.Manifest(platform)
	if !ok {
		return registryfs.Image{}, false, nil
	}
	ref, err := reference.Parse(pin.Name)
	if err != nil {
		return registryfs.Image{}, false, err
	}
	desc := ocispec.Descriptor{MediaType: at.MediaType, Digest: at.Digest, Size: at.Size}
	var manifest ocispec.Manifest
	data, err := b.store.ReadAll(ctx, desc)
	if err == nil {
		err = json.Unmarshal(data, &manifest)
	}
	return registryfs.Image{
		Ref:       ref,
		Root:      ocispec.Descriptor{MediaType: pin.MediaType, Digest: pin.Digest, Size: pin.Size},
		Manifests: []registryfs.Manifest{{Descriptor: desc, Config: manifest.Config, Layers: manifest.Layers}},
		Owners:    owners(pin),
	}, true, err
}

// owners are the components that need an image, or the Kubefile itself.
func owners(image lock.Image) []string {
	if len(image.Components) == 0 {
		return []string{kubefileGroup}
	}
	return image.Components
}

// hash makes the layers of packed groups, in parallel.
func (b *baker) hash(ctx context.Context, groups []layer.Group) ([]sealer.Layer, error) {
	layers := make([]sealer.Layer, len(groups))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, group := range groups {
		g.Go(func() error {
			recipe, err := layer.New(group.Entries)
			if err != nil {
				return fmt.Errorf("layer of %s: %w", group.Name, err)
			}
			desc, err := b.store.PutLayer(ctx, recipe, b.meter)
			if err != nil {
				return fmt.Errorf("layer of %s: %w", group.Name, err)
			}
			layers[i] = sealer.Layer{Descriptor: desc, DiffID: desc.Digest, CreatedBy: "opc-image: " + group.Name}
			return nil
		})
	}
	return layers, g.Wait()
}

// run executes one RUN instruction; nothing changed is no layer.
func (b *baker) run(ctx context.Context, run compose.Run, platform string, below []sealer.Layer) ([]sealer.Layer, error) {
	if b.opts.Run == nil {
		return nil, fmt.Errorf("%s: RUN cannot be executed here", run.Position)
	}
	var lower []ocispec.Descriptor
	for _, l := range below {
		lower = append(lower, l.Descriptor)
	}
	entries, err := b.opts.Run(ctx, run, platform, lower)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	made, err := b.hash(ctx, []layer.Group{{Name: "RUN " + strings.Join(run.Command, " "), Entries: entries}})
	return made, err
}

func envKey(kv string) string {
	key, _, _ := strings.Cut(kv, "=")
	return key
}

// limits are those of the options, defaults filled in.
func (b *baker) limits() layer.Limits {
	return layer.Limits{
		MaxLayers: cmp.Or(b.opts.Limits.MaxLayers, layer.DefaultMaxLayers),
		MaxSize:   cmp.Or(b.opts.Limits.MaxSize, layer.DefaultMaxSize),
	}
}
