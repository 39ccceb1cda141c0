package verify

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
)

// name checks one image name: it resolves, by tag and by digest, to what was
// pinned, and all of its content for the platform is there.
func (v *verifier) name(name string, pin *lock.Image) {
	ref, err := reference.Parse(name)
	if err != nil {
		v.problem(name, "", "is not an image name: %v", err)
		return
	}
	repository := ref.Local()
	root, ok := v.image.Registry.Resolve(repository, ref.Identifier())
	if !ok {
		v.problem(name, "", "the image's registry has no %s in repository %s", ref.Identifier(), repository)
		return
	}
	if pin != nil && root != pin.Digest {
		v.problem(name, root, "resolves to %s, the record says %s", root, pin.Digest)
		return
	}
	if _, ok := v.image.Registry.Resolve(repository, root.String()); !ok {
		v.problem(name, root, "is found by tag and not by digest %s", root)
	}
	v.document(name, repository, root)
}

// document checks an index or a manifest and what it refers to.
func (v *verifier) document(name, repository string, dgst digest.Digest) {
	var doc struct {
		Manifests []ocispec.Descriptor `json:"manifests"`
		ocispec.Manifest
	}
	if !v.read(name, dgst, &doc) {
		return
	}
	if len(doc.Manifests) > 0 {
		v.index(name, repository, doc.Manifests)
		return
	}
	var config ocispec.Image
	if v.layer(name, repository, doc.Config) && v.read(name, doc.Config.Digest, &config) {
		if got := platforms.Format(platforms.Normalize(config.Platform)); config.OS != "" && got != v.report.Platform {
			v.problem(name, dgst, "is for %s", got)
		}
	}
	for _, l := range doc.Layers {
		v.layer(name, repository, l)
		if !slices.ContainsFunc(v.layers, func(have layerOf) bool { return have.digest == l.Digest }) {
			v.layers = append(v.layers, layerOf{name, l.Digest})
		}
	}
}

// index checks the manifest of this platform; those of others may be absent.
func (v *verifier) index(name, repository string, manifests []ocispec.Descriptor) {
	want, err := platforms.Parse(v.report.Platform)
	if err != nil {
		v.problem(name, "", "platform %s: %v", v.report.Platform, err)
		return
	}
	match := platforms.OnlyStrict(want)
	slices.SortStableFunc(manifests, func(a, b ocispec.Descriptor) int {
		switch {
		case a.Platform == nil || b.Platform == nil:
			return 0
		case match.Less(*a.Platform, *b.Platform):
			return -1
		case match.Less(*b.Platform, *a.Platform):
			return 1
		}
		return 0
	})
	for _, m := range manifests {
		if m.Platform == nil || !match.Match(*m.Platform) {
			continue
		}
		if _, ok := v.image.Registry.Resolve(repository, m.Digest.String()); ok {
			v.document(name, repository, m.Digest)
			return
		}
		v.problem(name, m.Digest, "its manifest %s for %s is not in repository %s", m.Digest, v.report.Platform, repository)
		return
	}
	v.problem(name, "", "its index lists no manifest for %s", v.report.Platform)
}

// layer checks that a config or layer can be pulled from the repository.
func (v *verifier) layer(name, repository string, desc ocispec.Descriptor) bool {
	at, ok := v.image.Registry.Blob(desc.Digest)
	switch {
	case !ok:
		v.problem(name, desc.Digest, "blob %s (%d bytes) is missing", desc.Digest, desc.Size)
	case at.Size != desc.Size:
		v.problem(name, desc.Digest, "blob %s has %d bytes, the manifest says %d", desc.Digest, at.Size, desc.Size)
	case !v.image.Registry.HasLayer(repository, desc.Digest):
		v.problem(name, desc.Digest, "blob %s is not linked in repository %s", desc.Digest, repository)
	default:
		return true
	}
	return false
}

// read reads a JSON document of the registry and checks its digest.
func (v *verifier) read(name string, dgst digest.Digest, doc any) bool {
	data, err := v.image.ReadBlob(dgst, maxDocument)
	if err == nil {
		if err = json.Unmarshal(data, doc); err != nil {
			err = fmt.Errorf("blob %s: %w", dgst, err)
		}
	}
	if err != nil {
		v.problem(name, dgst, "%v", err)
	}
	return err == nil
}
