package archive

import (
	"context"
	"fmt"
	"io"
	"os"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

// LoadOptions changes what is loaded. The zero value is the default.
type LoadOptions struct {
	// Name is the reference the image gets, instead of the one in the archive.
	Name string
	// Progress is told about the blobs read. Nil: nobody.
	Progress progress.Func
}

// Load takes the images of an archive into the store and returns what was
// tagged. name is a directory, or a tar, which may be compressed with gzip or
// zstd.
//
// Every blob is verified while it is written. A tag is written last, so that a
// store never has half an image; blobs that arrived before an interruption are
// not read again when the tar is not compressed. Blobs may stand before or
// after index.json. An archive that is not an honest image layout is refused.
func Load(ctx context.Context, into *store.Store, name string, opts LoadOptions) (loaded []store.Image, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("load %s: %w", name, err)
		}
	}()
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(name)
		if err != nil {
			return nil, err
		}
		return loadLayout(ctx, into, dirLayout{root}, opts)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if !info.Mode().IsRegular() {
		return loadStream(ctx, into, file, opts)
	}
	compressed, err := isCompressed(io.NewSectionReader(file, 0, info.Size()))
	if err != nil {
		return nil, err
	}
	if compressed {
		return loadStream(ctx, into, file, opts)
	}
	tar, err := readTar(file, info.Size())
	if err != nil {
		return nil, err
	}
	return loadLayout(ctx, into, tar, opts)
}

// LoadReader is Load for a stream, such as standard input. Blobs that the store
// has are still read, and dropped.
func LoadReader(ctx context.Context, into *store.Store, r io.Reader, opts LoadOptions) ([]store.Image, error) {
	loaded, err := loadStream(ctx, into, r, opts)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return loaded, nil
}

// loadLayout loads what index.json refers to, and nothing else.
func loadLayout(ctx context.Context, into *store.Store, l layout, opts LoadOptions) (_ []store.Image, err error) {
	defer l.Close()
	marker, err := readFile(l, ocispec.ImageLayoutFile)
	if err != nil {
		return nil, missingLayout(err)
	}
	index, err := readFile(l, ocispec.ImageIndexFile)
	if err != nil {
		return nil, err
	}
	found, err := images(marker, index, opts.Name)
	if err != nil {
		return nil, err
	}
	parts, err := walk(ctx, readBlob(l), descriptors(found)...)
	if err != nil {
		return nil, err
	}
	if err := ingestAll(ctx, into, l, append(parts.documents, parts.blobs...), opts.Progress); err != nil {
		return nil, err
	}
	return found, tagAll(ctx, into, found)
}

func descriptors(list []store.Image) []ocispec.Descriptor {
	descs := make([]ocispec.Descriptor, len(list))
	for i, image := range list {
		descs[i] = image.Descriptor
	}
	return descs
}

func tagAll(ctx context.Context, into *store.Store, list []store.Image) error {
	for _, image := range list {
		if err := into.Tag(ctx, image.Name, image.Descriptor); err != nil {
			return err
		}
	}
	return nil
}
