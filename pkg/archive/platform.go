package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// selectPlatform finds the manifest of one platform in an index. A descriptor
// that is not an index is the only platform there is, and is returned as it is.
func selectPlatform(ctx context.Context, read readFunc, root ocispec.Descriptor, want ocispec.Platform) (ocispec.Descriptor, error) {
	if !isIndex(root.MediaType) {
		return root, nil
	}
	data, err := read(ctx, root)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	var index ocispec.Index
	if err := json.Unmarshal(data, &index); err != nil {
		return ocispec.Descriptor{}, fmt.Errorf("index %s: %w", root.Digest, err)
	}
	matcher := platforms.OnlyStrict(want)
	var have []string
	for _, manifest := range index.Manifests {
		if manifest.Platform == nil {
			continue
		}
		if matcher.Match(*manifest.Platform) {
			return manifest, nil
		}
		have = append(have, platforms.Format(*manifest.Platform))
	}
	return ocispec.Descriptor{}, fmt.Errorf("no manifest for %s; the image has %s", platforms.Format(want), strings.Join(have, ", "))
}
