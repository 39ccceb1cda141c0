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

// base is the cluster image that a plan builds on; empty for scratch.
type base struct {
	manifest  ocispec.Manifest
	config    ocispec.Image
	extension sealer.Extension
	images    []sealer.ContainerImage
}

// base reads the image of the lock's FROM for a platform.
func (b *baker) base(ctx context.Context, platform string) (*base, error) {
	if b.lock.Base == nil {
		return &base{}, nil
	}
	result, err := b.readBase(ctx, platform)
	if err != nil {
		return nil, fmt.Errorf("base image %s: %w", b.lock.Base.Name, err)
	}
	return result, nil
}

func (b *baker) readBase(ctx context.Context, platform string) (*base, error) {
	var result base
	pin, ok := b.lock.Base.Manifest(platform)
	if !ok {
		return nil, fmt.Errorf("it is not published for %s; build for its platforms only", platform)
	}
	if err := b.read(ctx, ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size}, &result.manifest); err != nil {
		return nil, err
	}
	if err := b.read(ctx, result.manifest.Config, &result.config); err != nil {
		return nil, err
	}
	if len(result.config.RootFS.DiffIDs) != len(result.manifest.Layers) {
		return nil, fmt.Errorf("config and manifest disagree on the number of layers: %d and %d",
			len(result.config.RootFS.DiffIDs), len(result.manifest.Layers))
	}
	annotations := result.manifest.Annotations
	extension, ok := annotations[sealer.AnnotationExtension]
	if !ok {
		return nil, fmt.Errorf("it is no cluster image: it has no annotation %s", sealer.AnnotationExtension)
	}
	if err := json.Unmarshal([]byte(extension), &result.extension); err != nil {
		return nil, fmt.Errorf("annotation %s: %w", sealer.AnnotationExtension, err)
	}
	if list := annotations[sealer.AnnotationImages]; list != "" {
		if err := json.Unmarshal([]byte(list), &result.images); err != nil {
			return nil, fmt.Errorf("annotation %s: %w", sealer.AnnotationImages, err)
		}
	}
	return &result, nil
}

func (b *baker) read(ctx context.Context, desc ocispec.Descriptor, v any) error {
	data, err := b.store.ReadAll(ctx, desc)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", desc.Digest, err)
	}
	return nil
}

func (b *base) layers() []sealer.Layer {
	var list []sealer.Layer
	for i, desc := range b.manifest.Layers {
		list = append(list, sealer.Layer{Descriptor: desc, DiffID: b.config.RootFS.DiffIDs[i], CreatedBy: "FROM"})
	}
	return list
}

// env lists the variables of the base, sorted.
func (b *base) env() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(b.extension.Env)) {
		list = append(list, name+"="+b.extension.Env[name])
	}
	return list
}

// history is that of the image, with the base's own for the base's layers.
func (b *base) history(own []ocispec.History) []ocispec.History {
	if len(b.config.History) == 0 {
		return own
	}
	return slices.Concat(b.config.History, own[len(b.manifest.Layers):])
}
