package opc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

// Image is a cluster image in the store.
type Image struct {
	Name       string             `json:"name"`
	Descriptor ocispec.Descriptor `json:"descriptor"`
	// Variants are the manifests, one a platform.
	Variants []Variant `json:"variants"`
}

// Variant is a cluster image for one platform. Its JSON has what "sealer
// inspect" prints.
type Variant struct {
	Platform   string             `json:"platform"`
	Descriptor ocispec.Descriptor `json:"descriptor"`
	// Size is the sum of all layers in bytes.
	Size int64 `json:"size"`
	*sealer.Image
}

// ParseName completes the name of a cluster image. Names without a registry are
// local ones, as with podman and buildah.
func ParseName(name string) (reference.Ref, error) {
	ref, err := reference.ParseLocal(name)
	if err != nil {
		return ref, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return ref, nil
}

// Images lists the cluster images in the store, sorted by name.
func (c *Client) Images(ctx context.Context) ([]Image, error) {
	entries, err := c.store.Images(ctx)
	if err != nil {
		return nil, err
	}
	list := []Image{}
	for _, e := range entries {
		img, err := c.read(ctx, e.Name, e.Descriptor)
		if err != nil { // one image that cannot be read does not hide the others
			c.opts.Log(fmt.Sprintf("image %s: %v; run \"opc-image fsck\"", e.Name, err))
			img = &Image{Name: e.Name, Descriptor: e.Descriptor, Variants: []Variant{}}
		}
		list = append(list, *img)
	}
	return list, nil
}

// Inspect describes a cluster image in the store. name is its name, NAME@DIGEST,
// or the first 7 or more digits of its digest.
func (c *Client) Inspect(ctx context.Context, name string) (*Image, error) {
	found, err := c.find(ctx, name)
	if err != nil {
		return nil, err
	}
	return c.read(ctx, found[0].Name, found[0].Descriptor)
}

func (c *Client) read(ctx context.Context, name string, desc ocispec.Descriptor) (*Image, error) {
	desc.Annotations = nil // the name, which is told already
	img := &Image{Name: name, Descriptor: desc}
	manifests := []ocispec.Descriptor{desc}
	if desc.MediaType == ocispec.MediaTypeImageIndex {
		var index ocispec.Index
		if err := c.readJSON(ctx, desc, &index); err != nil {
			return nil, err
		}
		manifests = index.Manifests
	}
	for _, m := range manifests {
		if _, err := c.store.Stat(m.Digest); errors.Is(err, store.ErrNotFound) && len(manifests) > 1 {
			continue // a platform that was not pulled
		}
		v, err := c.variant(ctx, name, m)
		if err != nil {
			return nil, err
		}
		img.Variants = append(img.Variants, *v)
	}
	if len(img.Variants) == 0 {
		return nil, fmt.Errorf("the index %s is in the store, and none of the manifests it lists", desc.Digest)
	}
	return img, nil
}

func (c *Client) variant(ctx context.Context, name string, desc ocispec.Descriptor) (*Variant, error) {
	manifest, err := c.store.ReadAll(ctx, desc)
	if err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(manifest, &m); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	config, err := c.store.ReadAll(ctx, m.Config)
	if err != nil {
		return nil, err
	}
	v := &Variant{Descriptor: desc}
	if v.Image, err = sealer.Inspect(name, manifest, config); err != nil {
		return nil, err
	}
	v.Platform = platforms.Format(v.Config.Platform)
	for _, l := range m.Layers {
		v.Size += l.Size
	}
	return v, nil
}

func (c *Client) readJSON(ctx context.Context, desc ocispec.Descriptor, v any) error {
	data, err := c.store.ReadAll(ctx, desc)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s is not what its media type %s says: %w", desc.Digest, desc.MediaType, err)
	}
	return nil
}

// Tag gives an image another name.
func (c *Client) Tag(ctx context.Context, name, other string) error {
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return err
	}
	ref, err := ParseName(other)
	if err != nil {
		return err
	}
	if ref.Digest != "" {
		return fmt.Errorf("%w: %s: a tag cannot be a digest", ErrInput, other)
	}
	return c.store.Tag(ctx, ref.String(), img.Descriptor)
}

// Remove takes the name of an image away, called as with [Client.Inspect], and
// tells which one that was. The content stays until Prune.
func (c *Client) Remove(ctx context.Context, name string) (string, error) {
	found, err := c.find(ctx, name)
	if err != nil {
		return "", err
	}
	if len(found) > 1 {
		var names []string
		for _, image := range found {
			names = append(names, image.Name)
		}
		return "", fmt.Errorf("%w: %s has several names: %s; say which one", ErrInput, name, strings.Join(names, ", "))
	}
	return found[0].Name, c.store.Untag(ctx, found[0].Name)
}
