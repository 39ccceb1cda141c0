package opc

import (
	"slices"

	"github.com/opc-source/opc-image/pkg/compose"
)

// EstimatedSize is about how many bytes the images and downloads of a plan
// weigh, as the catalog has it, for all platforms.
func EstimatedSize(plan *compose.Plan) int64 {
	var n int64
	for _, c := range plan.Components {
		for _, image := range c.Images {
			for _, platform := range plan.Platforms {
				if len(image.Platforms) == 0 || slices.Contains(image.Platforms, platform) {
					n += int64(image.Size)
				}
			}
		}
	}
	for _, d := range plan.Downloads {
		n += d.Size
	}
	return n
}
