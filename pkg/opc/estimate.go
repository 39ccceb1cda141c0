package opc

import (
	"slices"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/reference"
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

// Registries are the registries that the images of a plan come from, sorted.
func Registries(plan *compose.Plan) []string {
	var list []string
	add := func(name string) {
		if ref, err := reference.Parse(name); err == nil && !slices.Contains(list, ref.Domain) {
			list = append(list, ref.Domain)
		}
	}
	for _, c := range plan.Components {
		assembled := map[string]bool{}
		for _, b := range c.Build {
			assembled[b.Name] = true
			add(b.From)
		}
		for _, image := range c.Images {
			if !assembled[image.Name] && len(image.PublishedAs) < max(1, len(image.Platforms)) {
				add(image.Name)
			}
			for _, name := range image.PublishedAs {
				add(name)
			}
		}
	}
	slices.Sort(list)
	return list
}
