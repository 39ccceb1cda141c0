package lock

import (
	"cmp"
	"slices"
)

// Download returns the pin of a source.
func (l *Lock) Download(source string) (Download, bool) {
	i, found := slices.BinarySearchFunc(l.Downloads, source, func(d Download, s string) int {
		return cmp.Compare(d.Source, s)
	})
	if !found {
		return Download{}, false
	}
	return l.Downloads[i], true
}

// Image returns the pin of an image name.
func (l *Lock) Image(name string) (Image, bool) {
	i, found := slices.BinarySearchFunc(l.Images, name, func(m Image, s string) int {
		return cmp.Compare(m.Name, s)
	})
	if !found {
		return Image{}, false
	}
	return l.Images[i], true
}

// Manifest returns the manifest of a platform.
func (m Image) Manifest(platform string) (Manifest, bool) {
	for _, p := range m.Platforms {
		if p.Platform == platform {
			return p, true
		}
	}
	return Manifest{}, false
}

// Member returns the pin of a file within the download.
func (d Download) Member(path string) (Member, bool) {
	for _, m := range d.Members {
		if m.Path == path {
			return m, true
		}
	}
	return Member{}, false
}

// Republished tells whether the image is put together from images that upstream
// publishes under other names; see [Manifest.From].
func (m Image) Republished() bool {
	return slices.ContainsFunc(m.Platforms, func(p Manifest) bool { return p.From != "" })
}
