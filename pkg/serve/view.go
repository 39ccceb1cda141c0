package serve

import (
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/registryfs"
)

// view is what there is to serve, by the name of the repository. It does not
// change once it is made.
type view struct {
	repositories map[string]*repository
	listed       map[string]bool            // names that the catalog lists
	domains      map[string]map[string]bool // of container images, by path
}

// newView has nothing to serve yet.
func newView() *view {
	return &view{map[string]*repository{}, map[string]bool{}, map[string]map[string]bool{}}
}

// repository is what may be asked for under one name. A Content without a Layer
// is a blob of the store.
type repository struct {
	tags      map[string]digest.Digest
	manifests map[digest.Digest]registryfs.Content
	blobs     map[digest.Digest]registryfs.Content
}

// repository finds a repository or makes it.
func (v *view) repository(name string) *repository {
	r := v.repositories[name]
	if r == nil {
		r = &repository{
			map[string]digest.Digest{}, map[digest.Digest]registryfs.Content{}, map[digest.Digest]registryfs.Content{},
		}
		v.repositories[name] = r
	}
	return r
}

// names lists the repositories, sorted: each once, without its domain.
func (v *view) names() []string { return slices.Sorted(maps.Keys(v.listed)) }

// find looks a repository up as a client names it. ns is the domain that
// containerd puts in the query of a mirror, or empty.
func (v *view) find(name, ns string) *repository {
	if ns == "" {
		return v.repositories[name]
	}
	if ns == "registry-1.docker.io" || ns == "index.docker.io" {
		ns = "docker.io"
	}
	if r := v.repositories[ns+"/"+name]; r != nil {
		return r
	}
	if len(v.domains[name]) > 0 {
		return nil // its domains are known, and ns is none of them
	}
	return v.repositories[name]
}

// merge takes in all of another repository.
func (r *repository) merge(other *repository) {
	maps.Copy(r.tags, other.tags)
	maps.Copy(r.manifests, other.manifests)
	maps.Copy(r.blobs, other.blobs)
}
