// Package reference reads image names the way docker and Kubernetes do, and
// tells under which repository an image stands in a cluster's own registry.
package reference

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// Ref is an image name with nothing left out: the domain is always present, and
// so is a tag unless a digest pins the image.
type Ref struct {
	Domain string        // registry host, with its port if one is given
	Path   string        // repository within the registry
	Tag    string        // empty only when Digest is set
	Digest digest.Digest // empty unless the name is pinned
}

// Parse reads a name such as "nginx", "quay.io/a/b:1" or "a/b@sha256:…",
// filling in docker.io, library/ and :latest as docker does. Surrounding blanks
// are an error: they come from a template or a list that was read wrongly.
func Parse(name string) (Ref, error) {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return Ref{}, fmt.Errorf("image name %q: %w", name, err)
	}
	ref := Ref{Domain: reference.Domain(named), Path: reference.Path(named)}
	if tagged, ok := named.(reference.Tagged); ok {
		ref.Tag = tagged.Tag()
	}
	if pinned, ok := named.(reference.Digested); ok {
		ref.Digest = pinned.Digest()
	}
	if ref.Tag == "" && ref.Digest == "" {
		ref.Tag = "latest"
	}
	return ref, nil
}

// Repository is the domain and path, without tag or digest.
func (r Ref) Repository() string { return r.Domain + "/" + r.Path }

// Local is the repository under which a cluster's registry holds the image: the
// path with the domain dropped, as sealer lays it out and as containerd asks a
// mirror for it.
func (r Ref) Local() string { return r.Path }

// Identifier is what a registry is asked for: the digest, or else the tag.
func (r Ref) Identifier() string {
	if r.Digest != "" {
		return r.Digest.String()
	}
	return r.Tag
}

// String is the whole name; Parse reads it back to an equal Ref.
func (r Ref) String() string {
	var b strings.Builder
	b.WriteString(r.Repository())
	if r.Tag != "" {
		b.WriteString(":" + r.Tag)
	}
	if r.Digest != "" {
		b.WriteString("@" + r.Digest.String())
	}
	return b.String()
}

// LocalDomain is the registry of names that have none, where they mean images
// made on this machine and not images of docker.io.
const LocalDomain = "localhost"

// ParseLocal reads the name of an image made here: "full" is
// localhost/full:latest, as buildah and podman have it. Names with a registry
// read as with [Parse].
func ParseLocal(name string) (Ref, error) {
	ref, err := Parse(name)
	if err != nil {
		return Ref{}, err
	}
	if domain, _, _ := strings.Cut(name, "/"); ref.Domain == "docker.io" && domain != "docker.io" && domain != "index.docker.io" {
		return Parse(LocalDomain + "/" + name)
	}
	return ref, nil
}
