package sealer

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/opc"
	format "github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// Image is a cluster image that has been unpacked, which is as good as mounted.
type Image struct {
	Dir       string
	ID        string
	Extension format.Extension
	// Containers are the container images in its registry, by their names.
	Containers []string
}

// Unpack writes the files of an image of the client's store, for one platform,
// to a directory below dir, or finds them there.
func Unpack(ctx context.Context, client *opc.Client, name, platform, dir string) (*Image, error) {
	found, err := client.Inspect(ctx, name)
	if err != nil {
		return nil, err
	}
	variant, err := found.Variant(platform)
	if err != nil {
		return nil, err
	}
	img := &Image{ID: variant.ID, Extension: variant.Extension}
	img.Dir = filepath.Join(dir, variant.Descriptor.Digest.Encoded())
	for _, c := range variant.Images {
		img.Containers = append(img.Containers, c.Image)
	}
	slices.Sort(img.Containers) // One that several apps need is listed for each.
	img.Containers = slices.Compact(img.Containers)
	if _, err := os.Stat(img.Dir); err == nil {
		return img, nil
	}
	part := img.Dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return nil, err
	}
	for _, l := range variant.Manifest.Layers {
		if err := unpackLayer(client.Store(), l.Digest, part); err != nil {
			return nil, fmt.Errorf("unpack layer %s of %s: %w", l.Digest, name, err)
		}
	}
	return img, os.Rename(part, img.Dir)
}

// unpackLayer writes the files of a layer over those of the layers below it.
func unpackLayer(from store.Reader, dgst digest.Digest, dir string) error {
	blob, err := from.Open(dgst)
	if err != nil {
		return err
	}
	defer blob.Close()
	return unpack.Walk(blob, blob.Size(), func(e unpack.Entry, r io.Reader) error {
		target := filepath.Join(dir, e.Name)
		if strings.HasPrefix(filepath.Base(e.Name), ".wh.") {
			return fmt.Errorf("%s: removing files of lower layers is not done here", e.Name)
		}
		if e.Mode.IsDir() {
			if err := os.MkdirAll(target, 0o755); err != nil {
				return err
			}
			return os.Chmod(target, e.Mode.Perm())
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.RemoveAll(target); err != nil {
			return err
		}
		switch {
		case e.Mode.Type() == os.ModeSymlink:
			return os.Symlink(e.Link, target)
		case e.Link != "":
			return os.Link(filepath.Join(dir, e.Link), target)
		case !e.Mode.IsRegular():
			return fmt.Errorf("%s is not a file", e.Name)
		}
		return write(target, r, e.Mode.Perm())
	})
}

// write makes a file of just that mode.
func write(name string, r io.Reader, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Chmod(name, mode)
}
