package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
)

// ociChart gets a chart from a registry (helm's "Use OCI-based registries").
func (s *Source) ociChart(ctx context.Context, c Chart, address string, m *progress.Meter) (GotChart, error) {
	got := GotChart{Version: c.Version}
	ref, err := chartRef(address, c.Name, c.Version)
	if err != nil {
		return got, s.chartError(c, err)
	}
	img, err := s.Resolve(ctx, ref, nil)
	if err != nil {
		return got, err
	}
	got.Manifest = img.Desc.Digest
	if len(img.Manifests) != 1 {
		return got, s.chartError(c, fmt.Errorf("%s is an index of %d manifests, not a chart", ref, len(img.Manifests)))
	}
	manifest := &img.Manifests[0]
	if manifest.Config.MediaType != helmConfig {
		return got, s.chartError(c, fmt.Errorf("%s is not a chart: its configuration is of type %q, not %q", ref, manifest.Config.MediaType, helmConfig))
	}
	for _, l := range manifest.Layers {
		if l.MediaType != helmChart {
			continue
		}
		if c.Digest != "" && c.Digest != l.Digest {
			return got, s.chartError(c, fmt.Errorf("%s now has the digest %s, not %s: it was published again", ref, l.Digest, c.Digest))
		}
		if l.Size > maxChart {
			return got, s.chartError(c, fmt.Errorf("%s has %d bytes, more than the limit of %d for a chart", ref, l.Size, maxChart))
		}
		j := &job{desc: l, froms: []origin{{ref.Domain, ref.Path}}, users: []user{{&owner{img.Ref, manifest.Platform}, "chart"}}}
		got.Got = Got{URL: "oci://" + ref.String(), Digest: l.Digest, Size: l.Size}
		return got, s.blob(ctx, j, m)
	}
	return got, s.chartError(c, fmt.Errorf("%s has no layer of type %q", ref, helmChart))
}

// chartRef is the reference of a chart in a registry.
func chartRef(address, name, version string) (reference.Ref, error) {
	address = strings.TrimSuffix(address, "/")
	if name != "" {
		address += "/" + name
	}
	// A tag may not hold "+", so helm writes "_".
	return reference.Parse(address + ":" + strings.ReplaceAll(version, "+", "_"))
}
