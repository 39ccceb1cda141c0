package source

import (
	"context"
	"errors"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Image is what a name points to. The bytes of the index and of the chosen
// manifests are in the store, as upstream published them.
type Image struct {
	Ref reference.Ref
	// Desc is the index, or the manifest when upstream publishes no index.
	Desc ocispec.Descriptor
	// Manifests are the chosen ones, in the order of the platforms asked for,
	// or that of the index when all were.
	Manifests []Manifest
}

// Manifest is the image for one platform.
type Manifest struct {
	// Platform as the index says, or else the configuration; empty for what
	// is not a container image.
	Platform ocispec.Platform
	Desc     ocispec.Descriptor
	Config   ocispec.Descriptor
	Layers   []ocispec.Descriptor
}

// Size sums what the manifest refers to, in bytes.
func (m Manifest) Size() int64 {
	n := m.Config.Size
	for _, l := range m.Layers {
		n += l.Size
	}
	return n
}

// Resolve finds the index or manifest a name points to and the manifests for
// some platforms; none means all there are, attestations included. A platform
// that is missing is an error that lists those there are.
func (s *Source) Resolve(ctx context.Context, ref reference.Ref, want []ocispec.Platform) (*Image, error) {
	subject := remote.Subject{Op: "resolve", Ref: ref.String()}
	desc, data, err := s.root(ctx, ref, subject)
	if err != nil {
		return nil, err
	}
	doc, err := parse(data)
	if err != nil {
		return nil, unusable(subject, ref, err)
	}
	desc.MediaType = doc.MediaType
	img := &Image{Ref: ref, Desc: desc}
	if !doc.isIndex() {
		return img, s.single(ctx, img, doc, want)
	}
	return img, s.several(ctx, img, doc, want)
}

// unusable is the error of content that is right but that we cannot take.
func unusable(subject remote.Subject, ref reference.Ref, err error) error {
	var e *remote.Error
	var local *remote.LocalError
	if err == nil || errors.As(err, &e) || errors.As(err, &local) {
		return err
	}
	return &remote.Error{Subject: subject, Host: ref.Domain, Err: err, Hint: "use another version of the image"}
}

// single fills in an image without index.
func (s *Source) single(ctx context.Context, img *Image, doc *document, want []ocispec.Platform) error {
	m := Manifest{Desc: img.Desc, Config: doc.Config, Layers: doc.Layers}
	places := s.client.Images(img.Ref.Domain, img.Ref.Path)
	subject := remote.Subject{Op: "resolve", Ref: img.Ref.String()}
	p, err := s.configPlatform(ctx, places, doc.Config, subject)
	if err != nil {
		return unusable(subject, img.Ref, err)
	}
	if p != nil {
		m.Platform = *p
	}
	img.Manifests = []Manifest{m}
	entry := img.Desc
	entry.Platform = p
	var errs []error
	for _, w := range want {
		if _, ok := choose([]ocispec.Descriptor{entry}, w); !ok {
			errs = append(errs, missing(img.Ref, w, []ocispec.Descriptor{entry}))
		}
	}
	return errors.Join(errs...)
}
