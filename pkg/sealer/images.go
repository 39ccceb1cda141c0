package sealer

import (
	"maps"
	"slices"
)

// sortImages orders the images and drops repeated ones. sealer's own list has
// the order of its goroutines.
func sortImages(images []ContainerImage) []ContainerImage {
	unique := map[string]ContainerImage{}
	for _, image := range images {
		key := image.Image + "\x00" + image.AppName
		if p := image.Platform; p != nil {
			key += "\x00" + p.OS + "/" + p.Architecture + "/" + p.Variant
		}
		unique[key] = image
	}
	sorted := make([]ContainerImage, 0, len(unique))
	for _, key := range slices.Sorted(maps.Keys(unique)) {
		sorted = append(sorted, unique[key])
	}
	return sorted
}
