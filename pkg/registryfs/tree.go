package registryfs

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// maxLink bounds what is read of a link: more than any digest is long.
const maxLink = 256

// Content tells where the bytes of a blob are.
type Content struct {
	Layer  digest.Digest // the layer of the cluster image; empty when not known
	Offset int64         // within the uncompressed tar of that layer
	Size   int64         // bytes
}

// Tree is the content of a cluster's registry as its files tell. Lookups are
// safe from many goroutines once nothing is added any more.
type Tree struct {
	blobs map[digest.Digest]Content
	links map[Path]digest.Digest
}

// Add takes in one file of a cluster image; a file outside the layout is
// ignored. content is read when the file is a link, and not otherwise. A file
// added again replaces the one before, as in an upper layer. Add a whiteout
// before the files of the layer it stands in.
func (t *Tree) Add(name string, at Content, content io.Reader) error {
	if t.blobs == nil {
		t.blobs, t.links = map[digest.Digest]Content{}, map[Path]digest.Digest{}
	}
	if hidden, ok := strings.CutPrefix(path.Base(name), ".wh."); ok {
		t.remove(path.Dir(name), hidden)
		return nil
	}
	p, ok := ParsePath(name)
	switch {
	case !ok:
		return nil
	case p.Kind == Blob:
		t.blobs[p.Digest] = at
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(content, maxLink+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	dgst, err := digest.Parse(string(data))
	if err != nil {
		return fmt.Errorf("%s: not a digest: %.80q", name, data)
	}
	if p.Digest != "" && p.Digest != dgst {
		return fmt.Errorf("%s: points to %s, its path says otherwise", name, dgst)
	}
	t.links[p] = dgst
	return nil
}

// remove applies a whiteout: what it hides, or all of the directory if it is
// opaque.
func (t *Tree) remove(dir, hidden string) {
	name := path.Join(dir, hidden)
	if hidden == ".wh..opq" {
		name = dir
	}
	gone := func(p Path) bool {
		return p.String() == name || name == "." || strings.HasPrefix(p.String(), name+"/")
	}
	maps.DeleteFunc(t.links, func(p Path, _ digest.Digest) bool { return gone(p) })
	maps.DeleteFunc(t.blobs, func(dgst digest.Digest, _ Content) bool { return gone(Path{Kind: Blob, Digest: dgst}) })
}

// Blob tells where the content of a digest is.
func (t *Tree) Blob(dgst digest.Digest) (Content, bool) {
	content, ok := t.blobs[dgst]
	return content, ok
}

// Blobs lists all content, sorted.
func (t *Tree) Blobs() []digest.Digest { return slices.Sorted(maps.Keys(t.blobs)) }

// Repositories lists the names of the repositories, sorted.
func (t *Tree) Repositories() []string {
	names := map[string]bool{}
	for p := range t.links {
		names[p.Repository] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Tags lists the tags of a repository, sorted.
func (t *Tree) Tags(repository string) []string {
	var list []string
	for p := range t.links {
		if p.Kind == Tag && p.Repository == repository {
			list = append(list, p.Tag)
		}
	}
	slices.Sort(list)
	return list
}

// Revisions lists the manifests and indexes of a repository, sorted.
func (t *Tree) Revisions(repository string) []digest.Digest { return t.list(Revision, repository) }

// Layers lists the configs and layers that a repository may serve, sorted.
func (t *Tree) Layers(repository string) []digest.Digest { return t.list(Layer, repository) }

func (t *Tree) list(kind Kind, repository string) []digest.Digest {
	var list []digest.Digest
	for p := range t.links {
		if p.Kind == kind && p.Repository == repository {
			list = append(list, p.Digest)
		}
	}
	slices.Sort(list)
	return list
}

// Resolve finds the manifest or index that a registry would answer with, by tag
// or by digest, in the repository of the cluster's registry.
func (t *Tree) Resolve(repository, identifier string) (digest.Digest, bool) {
	dgst, ok := t.links[Path{Kind: Tag, Repository: repository, Tag: identifier}]
	if !ok {
		dgst = digest.Digest(identifier)
	}
	_, ok = t.links[Path{Kind: Revision, Repository: repository, Digest: dgst}]
	return dgst, ok && t.has(dgst)
}

// HasLayer reports whether a registry would serve a config or layer from the
// repository.
func (t *Tree) HasLayer(repository string, dgst digest.Digest) bool {
	_, ok := t.links[Path{Kind: Layer, Repository: repository, Digest: dgst}]
	return ok && t.has(dgst)
}

func (t *Tree) has(dgst digest.Digest) bool {
	_, ok := t.blobs[dgst]
	return ok
}
