package bake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

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
	config.Config.Env = mergeEnv(base.config.Config.Env, config.Config.Env)
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

// spec is what the metadata of the image says.
func (b *baker) spec(name string, platform ocispec.Platform, base *base) sealer.Spec {
	p := b.plan
	spec := sealer.Spec{
		Type: p.Type, Platform: platform, Client: b.opts.Client, Created: b.opts.Created,
		Applications: p.Apps, Env: p.Env, Labels: p.Labels, CNI: p.CNI, CSI: p.CSI,
		KubeVersion: p.SupportedKube, Author: p.Author, Launch: p.Launch,
	}
	if b.lock.Base != nil {
		spec.Base = &sealer.Base{Name: b.lock.Base.Name, Digest: b.lock.Base.Digest}
		spec.Applications = append(slices.Clone(base.extension.Applications), p.Apps...)
		labels := maps.Clone(base.config.Config.Labels)
		if labels == nil {
			labels = map[string]string{}
		}
		maps.Copy(labels, p.Labels)
		spec.Labels = labels
		spec.Images = append(spec.Images, base.images...)
	}
	for _, image := range b.lock.Images {
		if _, ok := image.Manifest(name); !ok || image.BaseOnly {
			continue
		}
		at := &sealer.Platform{Architecture: platform.Architecture, OS: platform.OS, Variant: platform.Variant}
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

// base is the cluster image that a plan builds on; empty for scratch.
type base struct {
	manifest  ocispec.Manifest
	config    ocispec.Image
	extension sealer.Extension
	images    []sealer.ContainerImage
}

func (b *baker) base(ctx context.Context, platform string) (*base, error) {
	var result base
	if b.lock.Base == nil {
		return &result, nil
	}
	pin, ok := b.lock.Base.Manifest(platform)
	if !ok {
		return nil, fmt.Errorf("the base image %s is not published for that platform", b.lock.Base.Name)
	}
	if err := b.read(ctx, ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size}, &result.manifest); err != nil {
		return nil, fmt.Errorf("base image %s: %w", b.lock.Base.Name, err)
	}
	if err := b.read(ctx, result.manifest.Config, &result.config); err != nil {
		return nil, fmt.Errorf("base image %s: %w", b.lock.Base.Name, err)
	}
	if len(result.config.RootFS.DiffIDs) != len(result.manifest.Layers) {
		return nil, fmt.Errorf("base image %s: config and manifest disagree on the number of layers", b.lock.Base.Name)
	}
	extension := result.manifest.Annotations[sealer.AnnotationExtension]
	if err := json.Unmarshal([]byte(extension), &result.extension); err != nil {
		return nil, fmt.Errorf("base image %s is not a cluster image: annotation %s: %w", b.lock.Base.Name, sealer.AnnotationExtension, err)
	}
	if list := result.manifest.Annotations[sealer.AnnotationImages]; list != "" {
		if err := json.Unmarshal([]byte(list), &result.images); err != nil {
			return nil, fmt.Errorf("base image %s: annotation %s: %w", b.lock.Base.Name, sealer.AnnotationImages, err)
		}
	}
	return &result, nil
}

func (b *base) layers() []sealer.Layer {
	var list []sealer.Layer
	for i, desc := range b.manifest.Layers {
		list = append(list, sealer.Layer{Descriptor: desc, DiffID: b.config.RootFS.DiffIDs[i], CreatedBy: "FROM"})
	}
	return list
}

func (b *baker) read(ctx context.Context, desc ocispec.Descriptor, v any) error {
	data, err := b.store.ReadAll(ctx, desc)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// mergeEnv puts the environment of an image over that of its base.
func mergeEnv(base, over []string) []string {
	var list []string
	seen := map[string]bool{}
	for _, kv := range slices.Backward(slices.Concat(base, over)) {
		if key := envKey(kv); !seen[key] {
			seen[key] = true
			list = append(list, kv)
		}
	}
	slices.Reverse(list)
	return list
}
