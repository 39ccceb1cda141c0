package rootfs

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/store"
)

// maxKept is the size, in bytes, up to which files of compressed layers are
// kept in memory; longer ones can be listed and not opened.
const maxKept = 1 << 20

// Image is the root file system of a finished cluster image.
type Image struct {
	*FS
	Manifest ocispec.Manifest
	Config   ocispec.Image
	// Registry is the content of the cluster's registry. Its files are not part
	// of the FS.
	Registry *registryfs.Tree
}

// OpenImage reads the table of contents of an image whose manifest and layers
// are in s: upper layers over lower ones, whiteouts applied. Layers that are
// plain tar are not read beyond their headers.
func OpenImage(ctx context.Context, manifest ocispec.Descriptor, s store.Reader) (*Image, error) {
	img := &Image{FS: New(nil, s), Registry: &registryfs.Tree{}}
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
		if err := img.addLayer(desc); err != nil {
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

func (img *Image) addLayer(desc ocispec.Descriptor) error {
	blob, err := img.blobs.Open(desc.Digest)
	if err != nil {
		return err
	}
	defer blob.Close()
	if blob.Size() != desc.Size {
		return fmt.Errorf("has %d bytes, the manifest says %d", blob.Size(), desc.Size)
	}
	switch {
	case strings.HasSuffix(desc.MediaType, "+gzip") || strings.HasSuffix(desc.MediaType, ".gzip"):
		r, err := gzip.NewReader(blob)
		if err != nil {
			return err
		}
		return img.addStream(r, desc)
	case strings.HasSuffix(desc.MediaType, "+zstd"):
		r, err := zstd.NewReader(blob, zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return err
		}
		defer r.Close()
		return img.addStream(r, desc)
	}
	for m, err := range layer.List(blob) {
		if err != nil {
			return err
		}
		at := content{blob: desc.Digest, offset: m.Offset}
		err := img.addEntry(m.Entry, m.Size, at, io.NewSectionReader(blob, m.Offset, m.Size), desc)
		if err != nil {
			return err
		}
	}
	return nil
}

// addStream reads a compressed layer from beginning to end.
func (img *Image) addStream(r io.Reader, desc ocispec.Descriptor) error {
	tr := tar.NewReader(r)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e := layer.Entry{Name: path.Clean(strings.TrimLeft(h.Name, "/")), Mode: h.FileInfo().Mode(), Link: h.Linkname}
		var data []byte
		switch h.Typeflag {
		case tar.TypeReg:
			if h.Size <= maxKept {
				if data, err = io.ReadAll(tr); err != nil {
					return err
				}
			}
		case tar.TypeDir:
			e.Kind = layer.Dir
		case tar.TypeSymlink:
			e.Kind = layer.Symlink
		case tar.TypeLink:
			e.Kind = layer.Hardlink
		case tar.TypeXGlobalHeader:
			continue
		default:
			e.Kind = layer.Other
		}
		if err := img.addEntry(e, h.Size, content{data: data}, strings.NewReader(string(data)), desc); err != nil {
			return err
		}
	}
}

func (img *Image) addEntry(e layer.Entry, size int64, c content, r io.Reader, from ocispec.Descriptor) error {
	if e.Name == "." || e.Name == "" {
		return nil
	}
	base := path.Base(e.Name)
	inRegistry := strings.HasPrefix(e.Name, "registry/")
	if inRegistry && e.Kind == layer.File {
		return img.Registry.Add(e.Name, registryfs.Content{Layer: from.Digest, Offset: c.offset, Size: size}, r)
	}
	if hidden, ok := strings.CutPrefix(base, ".wh."); ok {
		if hidden == ".wh..opq" {
			img.remove(path.Dir(e.Name))
			return nil
		}
		img.remove(path.Join(path.Dir(e.Name), hidden))
		return img.Registry.Add(e.Name, registryfs.Content{}, r)
	}
	if inRegistry {
		return nil
	}
	if e.Kind == layer.Hardlink {
		target := img.nodes[path.Clean(e.Link)]
		if target == nil {
			return errors.New(e.Name + " is a link to " + e.Link + ", which is not there")
		}
		c, size, e.Kind = target.content, target.size, layer.File
	}
	img.add(e, size, c)
	return nil
}

// OpenLayer opens a layer that is plain tar. The content of a compressed one
// cannot be reached by its place.
func (img *Image) OpenLayer(layer digest.Digest) (store.Blob, error) {
	for _, desc := range img.Manifest.Layers {
		if desc.Digest == layer && strings.Contains(desc.MediaType, "+") {
			return nil, errors.New("the layer is compressed")
		}
	}
	return img.blobs.Open(layer)
}
