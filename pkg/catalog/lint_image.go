package catalog

import (
	"fmt"
	"maps"
	"slices"

	"github.com/opc-source/opc-image/pkg/reference"
)

var imageRules = []Rule{
	{
		ID: "image-tag", Severity: SeverityError, check: imageTag,
		Explanation: "An image without a tag, or with the tag latest, is another image tomorrow. Name a version, or pin a digest.",
	},
	{
		ID: "image-platforms", Severity: SeverityError, check: imagePlatforms,
		Explanation: "Each image must say for which platforms it is published, itself or through the component, so that a build for a platform knows what it lacks.",
	},
	{
		ID: "image-size", Severity: SeverityWarning, check: imageSize,
		Explanation: "The approximate size is used to plan space and to rehearse. Give it to the nearest few megabytes.",
	},
	{
		ID: "image-excluded", Severity: SeverityError, check: imageExcluded,
		Explanation: "An image cannot be both needed and not needed. Take it out of images or of exclude.",
	},
	{
		ID: "exclude-reason", Severity: SeverityError, check: excludeReason,
		Explanation: "An excluded image is missing on site if the reason is wrong, so the reason must be there to be read.",
	},
}

func imageTag(l *linter) {
	check := func(at, name string) {
		if ref, err := reference.Parse(name); err == nil && ref.Digest == "" && ref.Tag == "latest" {
			l.report(at, "image %s is untagged or latest; name a version", name)
		}
	}
	for i, image := range l.Images {
		check(fmt.Sprintf("images[%d].name", i), image.Name)
		for _, platform := range slices.Sorted(maps.Keys(image.PublishedAs)) {
			check(fmt.Sprintf("images[%d].publishedAs.%s", i, platform), image.PublishedAs[platform])
		}
	}
	for i, b := range l.Build {
		if b.From != "" {
			check(fmt.Sprintf("build[%d].from", i), b.From)
		}
	}
}

func imagePlatforms(l *linter) {
	for i, image := range l.Images {
		if len(image.Platforms) == 0 {
			l.report(fmt.Sprintf("images[%d].name", i), "image %s names no platforms, and neither does the component", image.Name)
		}
	}
	for i, b := range l.Build {
		if len(b.Platforms) == 0 {
			l.report(fmt.Sprintf("build[%d].name", i), "image %s is assembled for no platforms", b.Name)
		}
	}
}

func imageSize(l *linter) {
	for i, image := range l.Images {
		if image.Size == 0 {
			l.report(fmt.Sprintf("images[%d].name", i), "image %s has no approximate size", image.Name)
		}
	}
}

func imageExcluded(l *linter) {
	for i, image := range l.Images {
		if _, excluded := l.Excluded(image.Name); excluded {
			l.report(fmt.Sprintf("images[%d].name", i), "image %s is also under exclude", image.Name)
		}
	}
}

func excludeReason(l *linter) {
	for i, e := range l.Exclude {
		if e.Reason == "" {
			l.report(fmt.Sprintf("exclude[%d]", i), "%s is excluded without a reason", e.Name)
		}
	}
}

// Excluded returns the reason why an image is not needed, and whether it is
// excluded at all. Names are compared as references: nginx:1 and
// docker.io/library/nginx:1 are the same.
func (c *Component) Excluded(name string) (reason string, excluded bool) {
	for _, e := range c.Exclude {
		if e.Name == name || sameImage(e.Name, name) {
			return e.Reason, true
		}
	}
	return "", false
}

func sameImage(a, b string) bool {
	refA, errA := reference.Parse(a)
	refB, errB := reference.Parse(b)
	return errA == nil && errB == nil && refA == refB
}
