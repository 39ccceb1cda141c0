// Package lock reads and writes opc.lock: what every name of a plan meant on
// the day it was resolved. A plan may hold tags and versions; a lock holds
// digests only, so two builds from one lock are the same image, bit for bit.
//
// The file is YAML, strict and sorted, made to be committed and reviewed as a
// diff. It also travels inside the cluster image, where it answers why an image
// is there without any network.
package lock

import (
	"github.com/opencontainers/go-digest"
)

// Version is the format this package reads and writes.
const Version = 1

// FileName is the usual name of a lock, beside the Kubefile.
const FileName = "opc.lock"

// Lock pins one plan.
type Lock struct {
	// Version of the format.
	Version int `yaml:"version" json:"version"`
	// Profile is the name of what was locked: a profile or a component, or
	// "Kubefile" for a directory, whatever that is called.
	Profile string `yaml:"profile" json:"profile"`
	// Inputs is the checksum of the plan. A lock whose checksum differs from
	// the plan's is stale.
	Inputs digest.Digest `yaml:"inputs" json:"inputs"`
	// KubeVersion is the Kubernetes version that charts were rendered for.
	KubeVersion string `yaml:"kubeVersion,omitempty" json:"kubeVersion,omitempty"`
	// Platforms of the image, such as linux/amd64, sorted.
	Platforms []string `yaml:"platforms,flow" json:"platforms"`
	// Tools are the encoders whose bytes are part of the image's digest, by
	// name, with their version.
	Tools map[string]string `yaml:"tools" json:"tools"`
	// Base is the cluster image the plan builds on; nil for scratch.
	Base *Image `yaml:"base,omitempty" json:"base,omitempty"`
	// Downloads are charts, manifests and files, sorted by source.
	Downloads []Download `yaml:"downloads,omitempty" json:"downloads,omitempty"`
	// Images are the container images the cluster will ask for, sorted by name.
	Images []Image `yaml:"images,omitempty" json:"images,omitempty"`
}

// Download pins something that is fetched by URL or from a chart repository.
type Download struct {
	// Source is the URL, or oci://registry/path:version for a chart kept in a
	// registry, or URL#chart@version for one in an HTTP repository.
	Source string `yaml:"source" json:"source"`
	// URL is where the bytes were, when Source does not say.
	URL string `yaml:"url,omitempty" json:"url,omitempty"`
	// Digest and Size (in bytes) of the content.
	Digest digest.Digest `yaml:"digest" json:"digest"`
	Size   int64         `yaml:"size" json:"size"`
	// Members are the files taken out of an archive, sorted by path.
	Members []Member `yaml:"members,omitempty" json:"members,omitempty"`
}

// Member pins one file of an archive.
type Member struct {
	Path   string        `yaml:"path" json:"path"`
	Digest digest.Digest `yaml:"digest" json:"digest"`
	Size   int64         `yaml:"size" json:"size"`
}

// Image pins one image name.
type Image struct {
	// Name as the cluster asks for it, complete: registry, repository, tag or
	// digest.
	Name string `yaml:"name" json:"name"`
	// Digest, MediaType and Size (in bytes) of what the name resolves to: an
	// index where upstream publishes one.
	Digest    digest.Digest `yaml:"digest" json:"digest"`
	MediaType string        `yaml:"mediaType" json:"mediaType"`
	Size      int64         `yaml:"size" json:"size"`
	// Assembled tells that no registry has it: it is put together here, from a
	// base image and files as its component defines, or from the images that
	// upstream publishes under a name of its own for each platform.
	Assembled bool `yaml:"assembled,omitempty" json:"assembled,omitempty"`
	// BaseOnly marks an image that is wanted for assembling another one and is
	// not itself part of the cluster image.
	BaseOnly bool `yaml:"baseOnly,omitempty" json:"baseOnly,omitempty"`
	// Platforms holds the manifest of each platform, sorted by platform.
	Platforms []Manifest `yaml:"platforms" json:"platforms"`
	// Components that ask for it, sorted.
	Components []string `yaml:"components,omitempty,flow" json:"components,omitempty"`
	// Why holds each place that asks for it, sorted.
	Why []Reason `yaml:"why,omitempty" json:"why,omitempty"`
}

// Manifest pins the manifest of one platform.
type Manifest struct {
	Platform  string        `yaml:"platform" json:"platform"`
	Digest    digest.Digest `yaml:"digest" json:"digest"`
	MediaType string        `yaml:"mediaType" json:"mediaType"`
	Size      int64         `yaml:"size" json:"size"`
	// From is the name under which upstream publishes it for this platform,
	// when that is another than the image's.
	From string `yaml:"from,omitempty" json:"from,omitempty"`
}

// Reason is one place that asks for an image.
type Reason struct {
	Component string `yaml:"component,omitempty" json:"component,omitempty"`
	// Sure is "certain" when a rule found it, "declared" when the component
	// says so.
	Sure string `yaml:"sure" json:"sure"`
	// Rule that found it, or "declared".
	Rule string `yaml:"rule" json:"rule"`
	// File, Object ("Deployment ns/name") and Path within the object.
	File   string `yaml:"file,omitempty" json:"file,omitempty"`
	Object string `yaml:"object,omitempty" json:"object,omitempty"`
	Path   string `yaml:"path,omitempty" json:"path,omitempty"`
	// Note is the reason in words, where the component gives one.
	Note string `yaml:"note,omitempty" json:"note,omitempty"`
}
