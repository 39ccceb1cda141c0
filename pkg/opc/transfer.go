package opc

import (
	"context"
	"io"

	"github.com/containerd/platforms"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/store"
)

// Save writes an image to an OCI archive: all platforms, or one.
func (c *Client) Save(ctx context.Context, name, platform, file string) error {
	image, opts, err := c.saving(ctx, name, platform)
	if err != nil {
		return err
	}
	return archive.SaveFile(ctx, c.store, image, file, opts)
}

// SaveTo is Save to a stream.
func (c *Client) SaveTo(ctx context.Context, name, platform string, w io.Writer) error {
	image, opts, err := c.saving(ctx, name, platform)
	if err != nil {
		return err
	}
	return archive.Save(ctx, c.store, image, w, opts)
}

func (c *Client) saving(ctx context.Context, name, platform string) (store.Image, archive.SaveOptions, error) {
	opts := archive.SaveOptions{Progress: c.opts.Progress}
	img, err := c.Inspect(ctx, name)
	if err != nil {
		return store.Image{}, opts, err
	}
	if platform != "" {
		v, err := img.Variant(platform)
		if err != nil {
			return store.Image{}, opts, err
		}
		p, err := platforms.Parse(v.Platform)
		if err != nil {
			return store.Image{}, opts, err
		}
		opts.Platform = &p
	}
	return store.Image{Name: img.Name, Descriptor: img.Descriptor}, opts, nil
}

// Load brings the images of an OCI archive, or of an image layout in a
// directory, into the store. A name replaces the one in the archive.
func (c *Client) Load(ctx context.Context, file, name string) ([]store.Image, error) {
	opts, err := c.loading(name)
	if err != nil {
		return nil, err
	}
	return archive.Load(ctx, c.store, file, opts)
}

// LoadFrom is Load from a stream.
func (c *Client) LoadFrom(ctx context.Context, r io.Reader, name string) ([]store.Image, error) {
	opts, err := c.loading(name)
	if err != nil {
		return nil, err
	}
	return archive.LoadReader(ctx, c.store, r, opts)
}

func (c *Client) loading(name string) (archive.LoadOptions, error) {
	opts := archive.LoadOptions{Progress: c.opts.Progress}
	if name != "" {
		ref, err := ParseName(name)
		if err != nil {
			return opts, err
		}
		opts.Name = ref.String()
	}
	return opts, nil
}
