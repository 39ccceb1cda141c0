// Package assemble makes the container images that nobody publishes: a base
// image, one layer of files above it, and a config. Nothing is executed, so any
// platform can be assembled on any other.
package assemble

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
)

// Store is what Assemble reads from and adds manifests and layers to.
type Store interface {
	store.Reader
	Put(ctx context.Context, data []byte) (digest.Digest, error)
	PutLayer(ctx context.Context, r *layer.Recipe, m *progress.Meter) (ocispec.Descriptor, error)
}

// Assemble makes the image of a build for the given platforms, at least one: an
// index over a manifest each, in the order of their names. The lock pins the base and the files, whose manifests, configs
// and downloads the store has. created is the time stamp of the image.
func Assemble(ctx context.Context, b compose.Build, targets []string, l *lock.Lock, s Store, created time.Time) (lock.Image, error) {
	result := lock.Image{Name: b.Name, MediaType: ocispec.MediaTypeImageIndex, Assembled: true}
	base, ok := l.Image(b.From)
	if !ok && b.From != "" {
		return result, fmt.Errorf("assemble %s: the lock has no pin for its base %s", b.Name, b.From)
	}
	if len(targets) == 0 {
		return result, fmt.Errorf("assemble %s: for no platform", b.Name)
	}
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, target := range slices.Sorted(slices.Values(targets)) {
		a := assembly{Build: b, lock: l, store: s, created: created, target: target}
		desc, err := a.manifest(ctx, base)
		if err != nil {
			return result, fmt.Errorf("assemble %s for %s: %w", b.Name, target, err)
		}
		index.Manifests = append(index.Manifests, desc)
		result.Platforms = append(result.Platforms, lock.Manifest{
			Platform: target, Digest: desc.Digest, MediaType: desc.MediaType, Size: desc.Size,
		})
	}
	desc, err := put(ctx, s, index.MediaType, index)
	result.Digest, result.Size = desc.Digest, desc.Size
	return result, err
}

// assembly is one image of one platform.
type assembly struct {
	compose.Build
	lock    *lock.Lock
	store   Store
	created time.Time
	target  string
}

func (a assembly) manifest(ctx context.Context, base lock.Image) (ocispec.Descriptor, error) {
	manifest, config, err := a.begin(ctx, base)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	if err := a.addLayer(ctx, &manifest, &config); err != nil {
		return ocispec.Descriptor{}, err
	}
	a.configure(&config)
	if manifest.Config, err = put(ctx, a.store, ocispec.MediaTypeImageConfig, config); err != nil {
		return ocispec.Descriptor{}, err
	}
	manifest.MediaType = ocispec.MediaTypeImageManifest
	desc, err := put(ctx, a.store, manifest.MediaType, manifest)
	platform := platforms.Normalize(config.Platform)
	desc.Platform = &platform
	return desc, err
}

// begin gives manifest and config of the base, or empty ones.
func (a assembly) begin(ctx context.Context, base lock.Image) (manifest ocispec.Manifest, config ocispec.Image, err error) {
	if a.From == "" {
		manifest.SchemaVersion = 2
		config.RootFS.Type = "layers"
		config.Platform, err = platforms.Parse(a.target)
		return manifest, config, err
	}
	pin, ok := base.Manifest(a.target)
	if !ok {
		return manifest, config, fmt.Errorf("its base %s is not published for that platform", base.Name)
	}
	if err = a.read(ctx, ocispec.Descriptor{Digest: pin.Digest, Size: pin.Size}, &manifest); err == nil {
		err = a.read(ctx, manifest.Config, &config)
	}
	if err != nil {
		return manifest, config, fmt.Errorf("base %s: %w", base.Name, err)
	}
	for i := range manifest.Layers {
		manifest.Layers[i].MediaType = ociMediaType(manifest.Layers[i].MediaType)
	}
	manifest.Annotations = map[string]string{
		ocispec.AnnotationBaseImageName: base.Name, ocispec.AnnotationBaseImageDigest: pin.Digest.String(),
	}
	return manifest, config, nil
}

// addLayer puts the files above the layers of the base.
func (a assembly) addLayer(ctx context.Context, manifest *ocispec.Manifest, config *ocispec.Image) error {
	items, err := rootfs.Bind(ctx, a.Contents, a.lock, a.store, a.target)
	if err != nil {
		return err
	}
	var entries []layer.Entry
	for _, item := range items {
		item.ModTime = a.created
		entries = append(entries, item.Entry)
	}
	recipe, err := layer.New(entries)
	if err != nil {
		return err
	}
	desc, err := a.store.PutLayer(ctx, recipe, nil)
	if err != nil {
		return err
	}
	manifest.Layers = append(manifest.Layers, desc)
	config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, desc.Digest)
	config.History = append(config.History, ocispec.History{
		Created: &a.created, CreatedBy: "opc-image: files of component " + a.Owner,
	})
	return nil
}

func (a assembly) read(ctx context.Context, desc ocispec.Descriptor, v any) error {
	data, err := a.store.ReadAll(ctx, desc)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

func put(ctx context.Context, s Store, mediaType string, v any) (ocispec.Descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	dgst, err := s.Put(ctx, data)
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}, err
}
