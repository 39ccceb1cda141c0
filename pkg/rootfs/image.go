package rootfs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/store"
)

// Image is the root file system of a finished cluster image.
type Image struct {
	*FS
	Manifest ocispec.Manifest
	Config   ocispec.Image
	// Registry is the content of the cluster's registry. Its files are not part
	// of the FS.
	Registry *registryfs.Tree

	small map[digest.Digest][]byte // registry content out of compressed layers
	kept  int64                    // bytes kept in memory
}

// OpenImage reads the table of contents of an image whose manifest and layers
// are in s: upper layers over lower ones, whiteouts applied. Layers that are
// plain tar are not read beyond their headers; compressed ones are read as a
// whole, and their small files are kept in memory, up to 64 MiB.
func OpenImage(ctx context.Context, manifest ocispec.Descriptor, s store.Reader) (*Image, error) {
	img := &Image{FS: New(nil, s), Registry: &registryfs.Tree{}, small: map[digest.Digest][]byte{}}
	if err := readJSON(ctx, s, manifest, &img.Manifest); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if err := readJSON(ctx, s, img.Manifest.Config, &img.Config); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	for i, desc := range img.Manifest.Layers {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := img.addLayer(ctx, desc); err != nil {
			return nil, fmt.Errorf("layer %d, %s: %w", i, desc.Digest, err)
		}
	}
	return img, nil
}

func readJSON(ctx context.Context, s store.Reader, desc ocispec.Descriptor, v any) error {
	data, err := s.ReadAll(ctx, desc)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", desc.Digest, err)
	}
	return nil
}

// OpenLayer opens a layer of the image as a tar. Reading a compressed one
// anywhere but forward begins anew each time, and only one goroutine may do it.
func (img *Image) OpenLayer(layer digest.Digest) (ReaderAtCloser, error) {
	for _, desc := range img.Manifest.Layers {
		if desc.Digest == layer {
			return place(desc).open(img.blobs)
		}
	}
	return nil, fmt.Errorf("layer %s: %w", layer, store.ErrNotFound)
}

// place is the content of a layer.
func place(desc ocispec.Descriptor) content {
	c := content{blob: desc.Digest, layer: true}
	if compressed(desc.MediaType) {
		c.mediaType = desc.MediaType
	}
	return c
}

// ErrNoBlob tells that the cluster's registry lacks content.
var ErrNoBlob = errors.New("the image's registry does not have it")

// ReadBlob reads a manifest, index or config of the cluster's registry, of at
// most limit bytes, and verifies its digest. The error wraps [ErrNoBlob] when it
// is not there.
func (img *Image) ReadBlob(dgst digest.Digest, limit int64) ([]byte, error) {
	at, ok := img.Registry.Blob(dgst)
	switch {
	case !ok:
		return nil, fmt.Errorf("blob %s: %w", dgst, ErrNoBlob)
	case at.Size > limit:
		return nil, fmt.Errorf("blob %s has %d bytes, more than the limit of %d for a document", dgst, at.Size, limit)
	}
	data, ok := img.small[dgst]
	if !ok {
		layer, err := img.OpenLayer(at.Layer)
		if err != nil {
			return nil, fmt.Errorf("blob %s: %w", dgst, err)
		}
		defer layer.Close()
		if data, err = io.ReadAll(io.NewSectionReader(layer, at.Offset, at.Size)); err != nil {
			return nil, fmt.Errorf("blob %s: %w", dgst, err)
		}
	}
	if digest.FromBytes(data) != dgst {
		return nil, fmt.Errorf("blob %s: its content has another digest: %w", dgst, store.ErrCorrupt)
	}
	return data, nil
}
