package bake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/sealer"
)

// image bakes the image of one platform and returns its manifest.
func (b *baker) image(ctx context.Context, name string, platform ocispec.Platform) (ocispec.Descriptor, error) {
	base, err := b.base(ctx, name)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	layers, err := b.layers(ctx, name, base)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	spec := b.spec(name, platform, base)
	spec.Layers = append(base.layers(), layers...)
	config := spec.Config()
	config.Config.Env = mergeEnv(config.Config.Env, base.config.Config.Env, b.plan.On(name).Env)
	config.History = base.history(config.History)
	configDesc, err := b.put(ctx, ocispec.MediaTypeImageConfig, config)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	manifest, err := spec.Manifest(configDesc)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	limits := b.limits()
	manifest.Annotations[AnnotationPacking] = fmt.Sprintf("max-layers=%d,max-size=%d", limits.MaxLayers, limits.MaxSize)
	maps.Copy(manifest.Annotations, b.opts.Annotations)
	return b.put(ctx, manifest.MediaType, manifest)
}

// spec is what the metadata of the image says. As with sealer, apps, labels and
// images of the base are inherited, and what it launches is not. Its variables
// are, other than with sealer: templates of the base need them.
func (b *baker) spec(name string, platform ocispec.Platform, base *base) sealer.Spec {
	p, own := b.plan, b.plan.On(name)
	spec := sealer.Spec{
		Type: p.Type, Platform: platform, Client: b.opts.Client, Created: b.opts.Created,
		Applications: slices.Concat(base.extension.Applications, p.Apps), Images: slices.Clone(base.images),
		Env: mergeEnv(base.env(), own.Env), Labels: map[string]string{}, CNI: p.CNI, CSI: p.CSI,
		KubeVersion: p.SupportedKube, Author: p.Author, Launch: p.Launch,
	}
	maps.Copy(spec.Labels, base.config.Config.Labels)
	maps.Copy(spec.Labels, own.Labels)
	if b.lock.Base != nil {
		spec.Base = &sealer.Base{Name: b.lock.Base.Name, Digest: b.lock.Base.Digest}
	}
	at := &sealer.Platform{Architecture: platform.Architecture, OS: platform.OS, Variant: platform.Variant}
	for _, image := range b.lock.Images {
		if _, ok := image.Manifest(name); !ok || image.BaseOnly {
			continue
		}
		apps := image.Components
		if len(apps) == 0 {
			apps = []string{""}
		}
		for _, app := range apps {
			spec.Images = append(spec.Images, sealer.ContainerImage{Image: image.Name, AppName: app, Platform: at})
		}
	}
	return spec
}

// mergeEnv joins lists of NAME=value; the last value of a name counts, and
// stands where the last was set.
func mergeEnv(lists ...[]string) []string {
	var list []string
	seen := map[string]bool{}
	for _, kv := range slices.Backward(slices.Concat(lists...)) {
		if name, _, _ := strings.Cut(kv, "="); !seen[name] {
			seen[name] = true
			list = append(list, kv)
		}
	}
	slices.Reverse(list)
	return list
}
