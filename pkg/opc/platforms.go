package opc

import (
	"slices"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// publishedFor are the platforms of the plan that an image exists for, as its
// components say; all of them where none says anything.
func (r *locker) publishedFor(name string) []string {
	var targets []string
	told := false
	for _, c := range r.plan.Components {
		for _, image := range c.Images {
			if normal(image.Name) != name || len(image.Platforms) == 0 {
				continue
			}
			told = true
			for _, p := range image.Platforms {
				if slices.Contains(r.plan.Platforms, p) && !slices.Contains(targets, p) {
					targets = append(targets, p)
				}
			}
		}
	}
	if !told {
		return r.plan.Platforms
	}
	return targets
}

func pinImage(name string, image *source.Image) lock.Image {
	pin := lock.Image{Name: name, Digest: image.Desc.Digest, MediaType: image.Desc.MediaType, Size: image.Desc.Size}
	for _, m := range image.Manifests {
		pin.Platforms = append(pin.Platforms, lock.Manifest{
			Platform: platformName(m.Platform), Digest: m.Desc.Digest, MediaType: m.Desc.MediaType, Size: m.Desc.Size,
		})
	}
	return pin
}

// platformName is the name of the platform an image is for, without a variant
// that is the default one: arm64 is arm64/v8.
func platformName(p ocispec.Platform) string {
	p.OSVersion, p.OSFeatures = "", nil
	return platforms.Format(platforms.Normalize(p))
}

func parsePlatforms(names []string) []ocispec.Platform {
	var list []ocispec.Platform
	for _, name := range names {
		if p, err := platforms.Parse(name); err == nil {
			list = append(list, p)
		}
	}
	return list
}

// normal is an image name in full; one that cannot be read stays as it is.
func normal(name string) string {
	if ref, err := reference.Parse(name); err == nil {
		return ref.String()
	}
	return name
}
