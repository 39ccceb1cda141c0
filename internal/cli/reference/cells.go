package reference

import (
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// onCluster names the version of Kubernetes that something held on.
func onCluster(is bool, p Proof) string {
	if is && p.Kubernetes != "" {
		return p.Kubernetes
	}
	return yes(is)
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "–"
}

// realCharts says which upstream charts are proven, where there are any.
func realCharts(c *catalog.Component, p Proof) string {
	switch {
	case len(p.Charts) > 0:
		return strings.Join(p.Charts, ", ")
	case len(upstreamCharts(c)) > 0:
		return yes(false)
	case len(c.Install.Charts) > 0:
		return "own"
	}
	return ""
}

// complete says whether discovery agrees, where there are objects to look at.
func complete(c *catalog.Component, p Proof) string {
	if len(c.Install.Charts)+len(c.Install.Manifests) == 0 {
		return ""
	}
	return yes(p.Complete)
}

// installedBy says what a component brings.
func installedBy(c *catalog.Component) string {
	var ways []string
	add := func(when bool, way string) {
		if when && !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
	}
	for _, chart := range c.Install.Charts {
		add(chart.Repository != "", "upstream chart")
		add(chart.Repository == "", "own chart")
	}
	for _, m := range c.Install.Manifests {
		add(m.URL != "", "upstream manifest")
		add(m.URL == "", "own manifest")
	}
	add(len(c.Install.HostFiles) > 0, "files on hosts")
	add(len(c.Install.BundleFiles) > 0, "files to take along")
	add(len(ways) == 0 && len(c.Images) > 0, "images")
	return strings.Join(ways, ", ")
}

// count is how many images there are for a platform.
func count(c *catalog.Component, platform string) int {
	n := 0
	for _, image := range c.Images {
		if slices.Contains(image.Platforms, platform) {
			n++
		}
	}
	return n
}
