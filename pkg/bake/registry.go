package bake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

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
