package push

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// Pull brings a cluster image into the store of a source as ordinary blobs, for
// some platforms; none means all. It does not tag: that is for the caller, when
// everything is there.
func Pull(ctx context.Context, from *source.Source, name reference.Ref, platforms []ocispec.Platform, m *progress.Meter) (*source.Image, error) {
	img, err := from.Resolve(ctx, name, platforms)
	if err != nil {
		return nil, err
	}
	if err := from.Fetch(ctx, []*source.Image{img}, m); err != nil {
		return nil, err
	}
	return img, nil
}
