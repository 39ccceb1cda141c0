package opc

import (
	"context"
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/rootfs"
)

// Rootfs opens the root file system of an image for one platform; empty means
// the only one, or that of this machine.
func (c *Client) Rootfs(ctx context.Context, img *Image, platform string) (*rootfs.Image, error) {
	v, err := img.Variant(platform)
	if err != nil {
		return nil, err
	}
	return rootfs.OpenImage(ctx, v.Descriptor, c.store)
}

// Variant is the image for a platform; empty means the only one, or that of
// this machine.
func (img *Image) Variant(platform string) (*Variant, error) {
	if platform == "" && len(img.Variants) == 1 {
		return &img.Variants[0], nil
	}
	if platform == "" {
		platform = platforms.Format(platforms.Normalize(ocispec.Platform{OS: "linux", Architecture: platforms.DefaultSpec().Architecture}))
	}
	var have []string
	for i := range img.Variants {
		if img.Variants[i].Platform == platform {
			return &img.Variants[i], nil
		}
		have = append(have, img.Variants[i].Platform)
	}
	return nil, fmt.Errorf("%w: image %s has no platform %s; it has %s", ErrInput, img.Name, platform, strings.Join(have, ", "))
}
