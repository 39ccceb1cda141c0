package registryfs

import (
	"errors"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
)

// Image is one image that the cluster's registry is to hold.
type Image struct {
	// Ref is the name by which the cluster asks for the image. The domain is
	// dropped, as sealer does it and as containerd asks a mirror. A reference by
	// tag is found by tag and by digest; one by digest only by digest.
	Ref reference.Ref
	// Root is what the name stands for upstream: an index or a manifest.
	Root ocispec.Descriptor
	// Manifests are those of the platforms to hold. When Root is an index, its
	// bytes are held as published, although it lists manifests that are not
	// here; when Root is a manifest, it is the only one.
	Manifests []Manifest
	// Owners are the components that need the image, at least one.
	Owners []string
}

// Manifest is an image manifest and the blobs it lists.
type Manifest struct {
	Descriptor ocispec.Descriptor
	Config     ocispec.Descriptor
	Layers     []ocispec.Descriptor
}

// blobs are all descriptors that the image needs.
func (i Image) blobs() []ocispec.Descriptor {
	list := []ocispec.Descriptor{i.Root}
	for _, manifest := range i.Manifests {
		list = append(list, manifest.Descriptor, manifest.Config)
		list = append(list, manifest.Layers...)
	}
	return list
}

// check reports what would make a broken tree.
func (i Image) check() error {
	wrap := func(err error) error { return fmt.Errorf("image %s: %w", i.Ref, err) }
	if i.Ref.Path == "" {
		return wrap(errors.New("no repository"))
	}
	if len(i.Owners) == 0 {
		return wrap(errors.New("no component needs it"))
	}
	if len(i.Manifests) == 0 {
		return wrap(errors.New("no manifest of any platform"))
	}
	if want := i.Ref.Digest; want != "" && want != i.Root.Digest {
		return wrap(fmt.Errorf("the name pins %s, what was resolved is %s", want, i.Root.Digest))
	}
	for _, blob := range i.blobs() {
		if err := blob.Digest.Validate(); err != nil {
			return wrap(fmt.Errorf("digest %q: %w", blob.Digest, err))
		}
		if blob.Size < 0 {
			return wrap(fmt.Errorf("%s: size %d", blob.Digest, blob.Size))
		}
	}
	return nil
}
