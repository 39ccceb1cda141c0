package source

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
)

// Mismatch is a manifest whose index names another platform than its own
// configuration does. Container runtimes go by the index, and some images that
// work are published so; others hold programs of the wrong machine.
type Mismatch struct {
	Ref      reference.Ref
	Manifest digest.Digest
	Index    string // platform the index names
	Config   string // platform the configuration names
}

// String explains the mismatch.
func (m Mismatch) String() string {
	return fmt.Sprintf("%s: manifest %s is for %s as its index says, but for %s as its configuration says: try it there, or use another version",
		m.Ref, m.Manifest, m.Index, m.Config)
}

// Mismatches compares the operating system and machine of fetched images with
// their configurations, in the order of the images.
func (s *Source) Mismatches(ctx context.Context, images []*Image) ([]Mismatch, error) {
	var found []Mismatch
	for _, img := range images {
		if img == nil {
			continue
		}
		for _, m := range img.Manifests {
			if attestation(&m.Platform) || m.Config.MediaType != ocispec.MediaTypeImageConfig && m.Config.MediaType != dockerConfig {
				continue
			}
			data, err := s.store.ReadAll(ctx, m.Config)
			if err != nil {
				return found, err
			}
			var p ocispec.Platform
			if err := json.Unmarshal(data, &p); err != nil {
				return found, fmt.Errorf("%s: configuration %s: %w", img.Ref, m.Config.Digest, err)
			}
			claim, own := platforms.Normalize(m.Platform), platforms.Normalize(p)
			if claim.OS != own.OS || claim.Architecture != own.Architecture {
				found = append(found, Mismatch{img.Ref, m.Desc.Digest, platforms.Format(m.Platform), platforms.Format(p)})
			}
		}
	}
	return found, nil
}
