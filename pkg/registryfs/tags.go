package registryfs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// TagConflictError says that two images with different content would get the
// same name in the cluster's registry, which knows no domains.
type TagConflictError struct {
	Name         string // repository:tag in the cluster's registry
	First, Other Image
}

// Error names both images and what may be done.
func (e *TagConflictError) Error() string {
	return fmt.Sprintf("%s (%s) and %s (%s) are both %s in the cluster's registry, which knows no domains; "+
		"let one of them go, give it another tag, or pin it by digest",
		e.First.Ref, e.First.Root.Digest, e.Other.Ref, e.Other.Root.Digest, e.Name)
}

// tags decides what each tag points to: repository:tag to image.
//
// The tag of a name that is also pinned by digest says little, because a client
// asks for the digest. It is kept when nothing speaks against it, so that people
// find the image; it gives way to a name that has no digest, and among pinned
// names that disagree none gets it.
func tags(images []Image) (map[string]Image, error) {
	named, pinned := map[string]Image{}, map[string]Image{}
	disputed := map[string]bool{}
	var errs []error
	for _, image := range images {
		if image.Ref.Tag == "" {
			continue
		}
		name := image.Ref.Local() + ":" + image.Ref.Tag
		if image.Ref.Digest != "" {
			first, ok := pinned[name]
			disputed[name] = disputed[name] || ok && first.Root.Digest != image.Root.Digest
			pinned[name] = image
			continue
		}
		if first, ok := named[name]; ok && first.Root.Digest != image.Root.Digest {
			errs = append(errs, &TagConflictError{Name: name, First: first, Other: image})
			continue
		}
		named[name] = image
	}
	for _, name := range slices.Sorted(maps.Keys(pinned)) {
		if _, ok := named[name]; !ok && !disputed[name] {
			named[name] = pinned[name]
		}
	}
	return named, errors.Join(errs...)
}
