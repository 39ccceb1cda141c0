package distribution_test

import (
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// upstream makes images with real content.
type upstream struct {
	*testing.T
	blobs map[digest.Digest][]byte
}

// image makes a random image and what it takes to lay it out.
func (u upstream) image(name string) registryfs.Image {
	image, err := random.Image(2048, 3)
	u.check(err)
	manifest := u.manifest(image)
	return registryfs.Image{Ref: u.ref(name), Root: manifest.Descriptor, Manifests: []registryfs.Manifest{manifest}, Owners: []string{"test"}}
}

// index makes an image of three platforms of which one is held.
func (u upstream) index(name string) registryfs.Image {
	index, err := random.Index(1024, 2, 3)
	u.check(err)
	raw, err := index.RawManifest()
	u.check(err)
	list, err := index.IndexManifest()
	u.check(err)
	held, err := index.Image(list.Manifests[1].Digest)
	u.check(err)
	return registryfs.Image{
		Ref: u.ref(name), Root: u.put(string(list.MediaType), raw),
		Manifests: []registryfs.Manifest{u.manifest(held)}, Owners: []string{"test"},
	}
}

func (u upstream) manifest(image v1.Image) registryfs.Manifest {
	mediaType, err := image.MediaType()
	u.check(err)
	raw, err := image.RawManifest()
	u.check(err)
	config, err := image.RawConfigFile()
	u.check(err)
	m := registryfs.Manifest{Descriptor: u.put(string(mediaType), raw), Config: u.put("", config)}
	layers, err := image.Layers()
	u.check(err)
	for _, layer := range layers {
		reader, err := layer.Compressed()
		u.check(err)
		data, err := readAll(reader)
		u.check(err)
		desc, err := partial.Descriptor(layer)
		u.check(err)
		m.Layers = append(m.Layers, u.put(string(desc.MediaType), data))
	}
	return m
}

func (u upstream) put(mediaType string, data []byte) ocispec.Descriptor {
	dgst := digest.FromBytes(data)
	u.blobs[dgst] = data
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}
}

func (u upstream) ref(name string) reference.Ref {
	ref, err := reference.Parse(name)
	u.check(err)
	return ref
}

func (u upstream) check(err error) {
	u.Helper()
	if err != nil {
		u.Fatal(err)
	}
}
