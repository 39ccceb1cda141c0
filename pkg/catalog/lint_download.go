package catalog

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// moving is a part of an address that names what changes.
var moving = regexp.MustCompile(`(^|[/_-])(latest|master|main|HEAD|nightly)([/._-]|$)`)

// download is something that a component downloads.
type download struct {
	at, address, sha256 string
	index               bool // the address is that of a chart repository
}

func (c *Component) downloads() []download {
	var all []download
	for i, chart := range c.Install.Charts {
		all = append(all, download{fmt.Sprintf("install.charts[%d]", i), chart.Repository, chart.SHA256, true})
	}
	for i, m := range c.Install.Manifests {
		all = append(all, download{fmt.Sprintf("install.manifests[%d]", i), m.URL, m.SHA256, false})
	}
	files := func(at string, list []File) {
		for i, f := range list {
			all = append(all, download{fmt.Sprintf("%s[%d]", at, i), f.URL, f.SHA256, false})
		}
	}
	files("install.hostFiles", c.Install.HostFiles)
	files("install.bundleFiles", c.Install.BundleFiles)
	for i, b := range c.Build {
		files(fmt.Sprintf("build[%d].files", i), b.Files)
	}
	return slices.DeleteFunc(all, func(d download) bool { return d.address == "" })
}

func downloadMoving(l *linter) {
	for _, d := range l.downloads() {
		if d.index && d.sha256 != "" {
			continue // version and checksum say which chart, wherever the index moves
		}
		if u, err := url.Parse(d.address); err == nil && u.Scheme == "https" && moving.MatchString(u.Path) {
			l.report(d.at, "%s is not the address of a release", d.address)
		}
	}
}

func downloadChecksum(l *linter) {
	if slices.ContainsFunc(l.Unverified, func(s string) bool { return strings.Contains(strings.ToLower(s), "checksum") }) {
		return
	}
	for _, d := range l.downloads() {
		if d.sha256 == "" {
			l.report(d.at, "the download from %s has no sha256, and unverified does not say so", d.address)
		}
	}
}
