package catalog

import "io/fs"

// Install lists what is packed for a component. Manifests marked First are
// applied first, then the charts in order, then the other manifests in order.
type Install struct {
	// Charts are Helm charts, one for each release.
	Charts []Chart `yaml:"charts"`
	// Manifests are YAML files with Kubernetes objects.
	Manifests []Manifest `yaml:"manifests"`
	// HostFiles are put on every host; dest is a path in the root file system
	// of the cluster image, for example bin/containerd-shim-spin-v2.
	HostFiles []File `yaml:"hostFiles"`
	// BundleFiles travel with the component for people and programs to use;
	// dest is a path under application/apps/<name>/files.
	BundleFiles []File `yaml:"bundleFiles"`
}

// Chart is one Helm release. The chart comes from a repository, or from a
// folder of our own (path).
type Chart struct {
	// Release is the name of the Helm release.
	Release string `yaml:"release" jsonschema:"required"`
	// Repository is an https:// chart repository or an oci:// registry path
	// without the name of the chart.
	Repository string `yaml:"repository"`
	// Chart is the name of the chart in the repository.
	Chart string `yaml:"chart"`
	// Version is the exact version of the chart as published.
	Version string `yaml:"version"`
	// SHA256 is the checksum of the chart archive, 64 hexadecimal digits. When
	// it is not known, the lock records it at the first download.
	SHA256 string `yaml:"sha256"`
	// Path is a folder beside component.yaml that holds a chart of our own,
	// instead of repository, chart and version.
	Path string `yaml:"path"`
	// Namespace of the release. The default is the component's namespace.
	Namespace string `yaml:"namespace"`
	// Values is a Helm values file beside component.yaml. Empty means the
	// chart's own defaults.
	Values string `yaml:"values"`
	// SingleValues is a values file beside component.yaml that goes on top of
	// Values in a cluster of a single node.
	SingleValues string `yaml:"singleValues"`
	// Set are values that only the cluster knows: the path of a value, and what it
	// gets: podCIDR4 or podCIDR6 (the network of the pods, empty without one), or
	// ipv4 or ipv6 (whether there is one).
	Set map[string]string `yaml:"set"`
	// Platforms are those of the hosts that the release can run on, when they
	// are fewer than the component's. Where no host is of one of them, the
	// release is left out.
	Platforms []string `yaml:"platforms"`
	// CRDs is set when the definitions in the crds folders of the chart are
	// applied at every launch. Helm itself adds those that are missing and never
	// changes one. Not for a chart that has some in a subchart that is turned
	// off: they would be applied too.
	CRDs bool `yaml:"crds"`
	// NoWait is set when Helm must not wait for the release to become ready,
	// because it cannot before something later is installed.
	NoWait bool `yaml:"noWait"`
	// Timeout limits what Helm waits for: the release, or its hooks alone with
	// NoWait. The default is 10m.
	Timeout Duration `yaml:"timeout"`
}

// Manifest is one YAML file of Kubernetes objects, downloaded (url) or our own
// (path).
type Manifest struct {
	// URL is where the file is downloaded from.
	URL string `yaml:"url"`
	// SHA256 is the checksum of the download, before edits.
	SHA256 string `yaml:"sha256"`
	// Path is a file beside component.yaml, instead of url.
	Path string `yaml:"path"`
	// Name is the file name in the image. The default is the last part of url
	// or path.
	Name string `yaml:"name"`
	// First is set when the objects must be there before the charts.
	First bool `yaml:"first"`
	// Edits are replacements in the text of the file, done in order.
	Edits []Edit `yaml:"edits"`
	// SingleEdits are further replacements for a cluster of a single node, in a
	// file of our own.
	SingleEdits []Edit `yaml:"singleEdits"`
	// DualEdits are further replacements for a cluster whose pods have addresses
	// of both families, in a file that is downloaded.
	DualEdits []Edit `yaml:"dualEdits"`
}

// Edit replaces a literal text, and fails when upstream's file is no longer the
// one it was written for.
type Edit struct {
	// Find is the literal text looked for.
	Find string `yaml:"find" jsonschema:"required"`
	// Replace is the text put in its place.
	Replace string `yaml:"replace"`
	// Count is how often Find must occur. The default is 1.
	Count int `yaml:"count"`
}

// File is one file that is downloaded (url), compiled (go), of a package (debian)
// or our own (path), for one platform or for all.
type File struct {
	// URL is where the file, or the archive it is in, is downloaded from.
	URL string `yaml:"url"`
	// SHA256 is the checksum of the download: of the archive if there is one.
	SHA256 string `yaml:"sha256"`
	// Path is a file beside component.yaml, instead of url.
	Path string `yaml:"path"`
	// Go is the program that the file is compiled from, instead of url, with
	// --from source.
	Go Program `yaml:"go"`
	// Debian is the package that the file, its member, is in, instead of url.
	Debian Debian `yaml:"debian"`
	// Way limits the file to one way of building: release or source. Empty means
	// both.
	Way Way `yaml:"way" jsonschema:"enum=release,enum=source"`
	// Platform limits the file to one platform, for example linux/arm64. Empty
	// means that it is the same for all.
	Platform string `yaml:"platform"`
	// Member is the path of the wanted file inside a .tar, .tar.gz, .tgz,
	// .tar.xz or .zip download, or a Debian package. Empty means the download itself.
	Member string `yaml:"member"`
	// Dest is the path it gets, relative and with slashes.
	Dest string `yaml:"dest" jsonschema:"required"`
	// Mode is the permission in octal. The default is "0644".
	Mode Mode `yaml:"mode"`
	// Size is the approximate size of the download, for planning and rehearsal.
	Size Size `yaml:"size"`
}

// FileMode is the permission of the file.
func (f File) FileMode() fs.FileMode {
	if f.Mode == 0 {
		return 0o644
	}
	return fs.FileMode(f.Mode)
}
