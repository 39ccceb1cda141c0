package inventory

import (
	"cmp"
	"slices"

	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
)

// Join makes one report of those of several platforms, at least one; it leaves
// them as they are.
func Join(reports ...*Report) *Report {
	joined := &Report{Images: []Image{}}
	for _, r := range reports {
		joined.Warnings = union(joined.Warnings, r.Warnings, func(a, b string) bool { return a == b })
		joined.Problems = union(joined.Problems, r.Problems, func(a, b Problem) bool {
			return a.Component == b.Component && a.Kind == b.Kind && a.Image == b.Image
		})
		joined.Excluded = union(joined.Excluded, r.Excluded, func(a, b discover.Excluded) bool {
			return a.Image == b.Image && a.Reason == b.Reason
		})
		for _, image := range r.Images {
			joined.addImage(image)
		}
	}
	return joined
}

// union adds to a list what it does not have.
func union[T any](list, more []T, same func(a, b T) bool) []T {
	for _, m := range more {
		if !slices.ContainsFunc(list, func(have T) bool { return same(have, m) }) {
			list = append(slices.Clip(list), m)
		}
	}
	return list
}

// addImage adds an image, or what asks for it to the one of its name.
func (r *Report) addImage(image Image) {
	at, found := slices.BinarySearchFunc(r.Images, image.Name, func(i Image, name string) int { return cmp.Compare(i.Name, name) })
	if !found {
		r.Images = slices.Insert(r.Images, at, image)
		return
	}
	same := func(a, b string) bool { return a == b }
	have := &r.Images[at]
	have.Components = slices.Sorted(slices.Values(union(have.Components, image.Components, same)))
	have.Platforms = slices.Sorted(slices.Values(union(have.Platforms, image.Platforms, same)))
	have.Why = union(have.Why, image.Why, func(a, b lock.Reason) bool { return a == b })
}

// addPlatforms says what the components of the parts say about the platforms
// that images are published for.
func (r *Report) addPlatforms(parts []part) {
	told := map[string][]string{}
	for _, p := range parts {
		if p.component == nil {
			continue
		}
		for _, image := range p.component.Images {
			if ref, err := reference.Parse(image.Name); err == nil {
				told[ref.String()] = append(told[ref.String()], image.Platforms...)
			}
		}
	}
	for i, image := range r.Images {
		r.Images[i].Platforms = slices.Compact(slices.Sorted(slices.Values(told[image.Name])))
	}
}

// PublishedFor tells whether an image may be had for a platform.
func (img Image) PublishedFor(platform string) bool {
	return len(img.Platforms) == 0 || slices.Contains(img.Platforms, platform)
}
