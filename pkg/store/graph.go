package store

import (
	"context"
	"encoding/json"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// The media types of docker that correspond to those of OCI.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
)

// links is what a manifest or an index refers to.
type links struct {
	Config    *ocispec.Descriptor  `json:"config"`
	Layers    []ocispec.Descriptor `json:"layers"`
	Manifests []ocispec.Descriptor `json:"manifests"`
	Subject   *ocispec.Descriptor  `json:"subject"`
}

// required is what must be there for the content to be whole. The manifests of
// an index need not be: an index may be kept for some platforms only.
func (l *links) required() []ocispec.Descriptor {
	list := l.Layers
	if l.Config != nil {
		list = append([]ocispec.Descriptor{*l.Config}, list...)
	}
	return list
}

// optional is what belongs to the content where it is there.
func (l *links) optional() []ocispec.Descriptor {
	list := l.Manifests
	if l.Subject != nil {
		list = append([]ocispec.Descriptor{*l.Subject}, list...)
	}
	return list
}

// linksOf reads what desc refers to; nothing unless it is a manifest or index.
func (s *Store) linksOf(ctx context.Context, desc ocispec.Descriptor) (*links, error) {
	l := &links{}
	switch desc.MediaType {
	case ocispec.MediaTypeImageManifest, ocispec.MediaTypeImageIndex, dockerManifest, dockerIndex:
	default:
		return l, nil
	}
	data, err := s.ReadAll(ctx, desc)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, l); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	return l, nil
}
