package source

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// attestation tells whether an entry of an index is about another entry and
// runs nowhere, as buildkit marks its provenance.
func attestation(p *ocispec.Platform) bool {
	return p != nil && p.OS == "unknown" && p.Architecture == "unknown"
}

// choose picks the entry for a platform: of several that fit the one that fits
// best, such as amd64 before amd64/v1 asked as amd64.
func choose(entries []ocispec.Descriptor, want ocispec.Platform) (ocispec.Descriptor, bool) {
	match := platforms.OnlyStrict(platforms.Normalize(want))
	var found []ocispec.Descriptor
	for _, e := range entries {
		if e.Platform != nil && !attestation(e.Platform) && match.Match(platforms.Normalize(*e.Platform)) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return ocispec.Descriptor{}, false
	}
	slices.SortStableFunc(found, func(a, b ocispec.Descriptor) int {
		switch pa, pb := platforms.Normalize(*a.Platform), platforms.Normalize(*b.Platform); {
		case match.Less(pa, pb):
			return -1
		case match.Less(pb, pa):
			return 1
		}
		return 0
	})
	return found[0], true
}

// offered says for a message which platforms an index has.
func offered(entries []ocispec.Descriptor) string {
	var names []string
	for _, e := range entries {
		if e.Platform != nil && !attestation(e.Platform) {
			names = append(names, platforms.Format(*e.Platform))
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 0 {
		return "nor any other platform"
	}
	return "only " + strings.Join(names, ", ")
}

// missing is the error of a platform that an image lacks.
func missing(ref reference.Ref, want ocispec.Platform, entries []ocispec.Descriptor) *remote.Error {
	name := platforms.Format(want)
	return &remote.Error{
		Subject: remote.Subject{Op: "choose platform", Ref: ref.String(), Platform: name},
		Host:    ref.Domain,
		Err:     fmt.Errorf("the image has no %s, %s", name, offered(entries)),
		Hint:    "use another image or version, or leave the platform out",
	}
}

// configPlatform reads the platform of a manifest from its configuration; nil
// when it is not that of a container image.
func (s *Source) configPlatform(ctx context.Context, places []remote.Place, config ocispec.Descriptor, subject remote.Subject) (*ocispec.Platform, error) {
	if config.MediaType != ocispec.MediaTypeImageConfig && config.MediaType != dockerConfig {
		return nil, nil
	}
	subject.Op = "fetch config " + config.Digest.String()
	data, err := s.have(ctx, config.Digest)
	if err != nil {
		return nil, err
	}
	if data == nil {
		err = s.client.Try(ctx, places, func(p remote.Place) (err error) {
			if data, err = s.small(ctx, p, "/blobs/"+config.Digest.String(), config.Size, subject); err != nil {
				return err
			}
			if got := config.Digest.Algorithm().FromBytes(data); got != config.Digest {
				return remote.Wrong(subject, p.Host, "its digest is %s", got)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if _, err := s.keep(ctx, data); err != nil {
			return nil, err
		}
	}
	var p ocispec.Platform
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("image configuration %s: %w", config.Digest, err)
	}
	return &p, nil
}
