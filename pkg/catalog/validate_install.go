package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

func (k *checker) install() {
	var releases, manifests []string
	for i, chart := range k.c.Install.Charts {
		k.chart(fmt.Sprintf("install.charts[%d]", i), chart)
		releases = append(releases, k.c.NamespaceOf(chart.Namespace)+"/"+chart.Release)
	}
	for i, manifest := range k.c.Install.Manifests {
		k.manifest(fmt.Sprintf("install.manifests[%d]", i), manifest)
		manifests = append(manifests, manifest.fileName())
	}
	k.unique("install.charts", releases)
	k.unique("install.manifests", manifests)
	k.files("install.hostFiles", k.c.Install.HostFiles, false)
	k.files("install.bundleFiles", k.c.Install.BundleFiles, false)
}

func (k *checker) chart(at string, chart Chart) {
	k.label(at+".release", chart.Release)
	k.label(at+".namespace", chart.Namespace)
	k.checksum(at+".sha256", chart.SHA256)
	if !k.either(at, "repository", chart.Repository, "path", chart.Path) {
		return
	}
	k.webAddress(at+".repository", chart.Repository, "https", "oci")
	k.own(at+".path", chart.Path, "Chart.yaml")
	k.own(at+".values", chart.Values, "")
	k.own(at+".singleValues", chart.SingleValues, "")
	k.platforms(at+".platforms", chart.Platforms)
	k.set(at+".set", chart.Set)
	if chart.Repository == "" {
		if chart.Chart+chart.Version+chart.SHA256 != "" {
			k.fail(at, "chart, version and sha256 belong to a repository; a chart of our own has them in its Chart.yaml")
		}
		return
	}
	if chart.Chart == "" || strings.ContainsAny(chart.Chart, "/ ") {
		k.fail(at, "chart must be the name of a chart in %s", chart.Repository)
	}
	if _, err := semver.StrictNewVersion(strings.TrimPrefix(chart.Version, "v")); err != nil {
		k.fail(at+".version", "version %q of chart %s is not exact; write all three numbers, as 1.2.3", chart.Version, chart.Chart)
	}
}

// clusterFacts are what a value can be set to by the cluster.
var clusterFacts = []string{"ipv4", "ipv6", "podCIDR4", "podCIDR6"}

func (k *checker) set(at string, set map[string]string) {
	for _, value := range slices.Sorted(maps.Keys(set)) {
		if !word.MatchString(value) {
			k.fail(at, "value %q must be a path of letters, digits, '.', '_' and '-'", value)
		}
		if !slices.Contains(clusterFacts, set[value]) {
			k.fail(at, "value %s is set to %q, which is none of %s", value, set[value], strings.Join(clusterFacts, ", "))
		}
	}
}

func (k *checker) manifest(at string, m Manifest) {
	k.either(at, "url", m.URL, "path", m.Path)
	k.webAddress(at+".url", m.URL, "https")
	k.checksum(at+".sha256", m.SHA256)
	k.own(at+".path", m.Path, "")
	if len(m.SingleEdits) > 0 && m.Path == "" {
		k.fail(at+".singleEdits", "singleEdits are for a file of our own: give path, not url")
	}
	if len(m.DualEdits) > 0 && m.URL == "" {
		k.fail(at+".dualEdits", "dualEdits are for a file that is downloaded: give url, not path")
	}
	if name := m.fileName(); !isYAML(name) || strings.Contains(name, "/") {
		k.fail(at, "the manifest's file name is %q, which does not end in .yaml; set name", name)
	}
}

// files checks a list of files; absolute says what dest must be.
func (k *checker) files(list string, files []File, absolute bool) {
	var dests []string
	for i, f := range files {
		at := fmt.Sprintf("%s[%d]", list, i)
		k.origin(at, f)
		k.webAddress(at+".url", f.URL, "https")
		k.checksum(at+".sha256", f.SHA256)
		k.own(at+".path", f.Path, "")
		k.way(at, f.Way)
		if f.Platform != "" {
			k.platforms(at+".platform", []string{f.Platform})
		}
		if f.Member != "" && (!isArchive(f.URL) && f.Debian.Package == "" || !fs.ValidPath(f.Member)) {
			k.fail(at+".member", "member %q needs a url that ends in .tar, .tar.gz, .tgz, .tar.xz or .zip, or a Debian package, and must be a clean relative path", f.Member)
		}
		dest, rooted := strings.CutPrefix(f.Dest, "/")
		if rooted != absolute || !fs.ValidPath(dest) || dest == "." {
			k.fail(at+".dest", "dest %q must be a clean %s path", f.Dest, map[bool]string{true: "absolute", false: "relative"}[absolute])
		}
		dests = append(dests, string(f.Way)+f.Platform+" "+f.Dest)
	}
	k.unique(list, dests)
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

func isArchive(url string) bool {
	for _, suffix := range []string{".tar", ".tar.gz", ".tgz", ".tar.xz", ".zip"} {
		if strings.HasSuffix(url, suffix) {
			return true
		}
	}
	return false
}
