package rootfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

const (
	whiteout = ".wh."
	// opaque hides everything that lower layers have in a directory.
	opaque = whiteout + whiteout + ".opq"
	// maxKept bounds the files of compressed layers that are kept in memory:
	// each, and all of an image together, in bytes.
	maxKept, maxKeptAll = 1 << 20, 64 << 20
)

// member is one entry of a layer.
type member struct {
	layer.Entry
	size    int64
	offset  int64 // in the tar
	content content
	link    []byte // content of a link of the registry
}

// addLayer puts a layer over what is there. What it hides is removed first,
// wherever in the layer the whiteouts stand: they concern lower layers only.
func (img *Image) addLayer(ctx context.Context, desc ocispec.Descriptor) error {
	read := img.members
	if compressed(desc.MediaType) {
		read = img.compressedMembers
	}
	members, err := read(ctx, desc)
	if err != nil {
		return err
	}
	for _, m := range members {
		if hidden, ok := strings.CutPrefix(path.Base(m.Name), whiteout); ok {
			if err := img.hide(m.Name, hidden); err != nil {
				return err
			}
		}
	}
	for _, m := range members {
		if strings.HasPrefix(path.Base(m.Name), whiteout) {
			continue
		}
		if err := img.addMember(m, desc); err != nil {
			return err
		}
	}
	return nil
}

// members lists a layer that is plain tar.
func (img *Image) members(ctx context.Context, desc ocispec.Descriptor) (list []member, err error) {
	blob, err := img.blobs.Open(desc.Digest)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	if blob.Size() != desc.Size {
		return nil, fmt.Errorf("has %d bytes, the manifest says %d", blob.Size(), desc.Size)
	}
	for found, err := range layer.List(blob) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		m := newMember(found, desc)
		if isLink(m) {
			m.link = make([]byte, m.size)
			if _, err := blob.ReadAt(m.link, found.Offset); err != nil {
				return nil, err
			}
		}
		list = append(list, m)
	}
	return list, nil
}

func newMember(found layer.Member, from ocispec.Descriptor) member {
	m := member{Entry: found.Entry, size: found.Size, offset: found.Offset, content: place(from)}
	m.content.offset = found.Offset
	return m
}

// isLink tells a link of the registry, which is small, from its content.
func isLink(m member) bool {
	return m.Kind == layer.File && m.size <= 4<<10 && inRegistry(m.Name) && path.Base(m.Name) == "link"
}

func inRegistry(name string) bool { return strings.HasPrefix(name, sealer.RegistryDir+"/") }

// hide applies a whiteout.
func (img *Image) hide(name, hidden string) error {
	dir := path.Dir(name)
	switch {
	case path.Base(name) == opaque:
		img.clear(dir)
	case hidden == "" || hidden == "." || hidden == ".." || strings.HasPrefix(hidden, whiteout):
		return nil // means nothing
	default:
		img.remove(path.Join(dir, hidden))
	}
	return img.Registry.Add(name, registryfs.Content{}, nil)
}

func (img *Image) addMember(m member, from ocispec.Descriptor) error {
	if inRegistry(m.Name) && m.Kind == layer.File {
		at := registryfs.Content{Layer: from.Digest, Offset: m.offset, Size: m.size}
		if p, ok := registryfs.ParsePath(m.Name); ok && p.Kind == registryfs.Blob && m.content.data != nil {
			img.small[p.Digest] = m.content.data
		}
		return img.Registry.Add(m.Name, at, bytes.NewReader(m.link))
	}
	if inRegistry(m.Name) {
		return nil
	}
	if m.Kind == layer.Hardlink {
		target := img.nodes[path.Clean(m.Link)]
		if target == nil || target.kind != layer.File {
			return errors.New(m.Name + " is a hard link to " + m.Link + ", which is not there")
		}
		m.content, m.size, m.Kind, m.Mode = target.content, target.size, layer.File, target.mode
	}
	img.add(m.Entry, m.size, m.content)
	return nil
}
