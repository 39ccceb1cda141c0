package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// several fills in the manifests of an index.
func (s *Source) several(ctx context.Context, img *Image, doc *document, want []ocispec.Platform) error {
	chosen := doc.Manifests
	var errs []error
	if len(want) > 0 {
		if err := s.namePlatforms(ctx, img.Ref, doc.Manifests); err != nil {
			return err
		}
		chosen = nil
		for _, w := range want {
			if d, ok := choose(doc.Manifests, w); ok {
				chosen = append(chosen, d)
			} else {
				errs = append(errs, missing(img.Ref, w, doc.Manifests))
			}
		}
	}
	for _, d := range chosen {
		m, err := s.child(ctx, img.Ref, d)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		img.Manifests = append(img.Manifests, m)
	}
	return errors.Join(errs...)
}

// child gets one manifest of an index.
func (s *Source) child(ctx context.Context, ref reference.Ref, entry ocispec.Descriptor) (Manifest, error) {
	m := Manifest{Desc: entry}
	subject := remote.Subject{Op: "resolve", Ref: ref.String()}
	if entry.Platform != nil {
		m.Platform = *entry.Platform
		subject.Platform = platforms.Format(m.Platform)
	}
	_, data, err := s.manifest(ctx, s.client.Images(ref.Domain, ref.Path), entry, subject)
	if err != nil {
		return m, err
	}
	doc, err := parse(data)
	if err == nil && doc.isIndex() {
		err = fmt.Errorf("%s is an index within an index, which is not supported", entry.Digest)
	}
	if err != nil {
		return m, unusable(subject, ref, err)
	}
	m.Config, m.Layers = doc.Config, doc.Layers
	return m, nil
}

// namePlatforms finds the platform of entries that an index does not name.
func (s *Source) namePlatforms(ctx context.Context, ref reference.Ref, entries []ocispec.Descriptor) error {
	for i, e := range entries {
		if e.Platform != nil {
			continue
		}
		m, err := s.child(ctx, ref, e)
		if err != nil {
			return err
		}
		subject := remote.Subject{Op: "resolve", Ref: ref.String()}
		p, err := s.configPlatform(ctx, s.client.Images(ref.Domain, ref.Path), m.Config, subject)
		if err != nil {
			return unusable(subject, ref, err)
		}
		entries[i].Platform = p
	}
	return nil
}
