package remotetest

import (
	"bytes"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
)

// Registry is a registry in memory: blobs belong to repositories, uploads can
// be asked how far they came, blobs can be mounted, an index or manifest with
// a missing child is refused. Its zero value is empty and ready.
type Registry struct {
	mu      sync.Mutex
	repos   map[string]*repo
	uploads map[string]*bytes.Buffer
	next    int
}

type repo struct {
	blobs     map[digest.Digest][]byte
	manifests map[digest.Digest]manifest
	tags      map[string]digest.Digest
}

type manifest struct {
	mediaType string
	data      []byte
}

// repo returns a repository, making it when it is new; the caller holds mu.
func (g *Registry) repo(name string) *repo {
	if g.repos == nil {
		g.repos, g.uploads = map[string]*repo{}, map[string]*bytes.Buffer{}
	}
	r := g.repos[name]
	if r == nil {
		r = &repo{map[digest.Digest][]byte{}, map[digest.Digest]manifest{}, map[string]digest.Digest{}}
		g.repos[name] = r
	}
	return r
}

// Blob puts a blob into a repository.
func (g *Registry) Blob(name string, data []byte) digest.Digest {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := digest.FromBytes(data)
	g.repo(name).blobs[d] = data
	return d
}

// Manifest puts a manifest or index into a repository and tags it; no tag when
// tag is empty.
func (g *Registry) Manifest(name, tag, mediaType string, data []byte) digest.Digest {
	g.mu.Lock()
	defer g.mu.Unlock()
	d := digest.FromBytes(data)
	g.repo(name).manifests[d] = manifest{mediaType, data}
	if tag != "" {
		g.repo(name).tags[tag] = d
	}
	return d
}

// Tag tells what a tag points to, empty when there is none.
func (g *Registry) Tag(name, tag string) digest.Digest {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.repo(name).tags[tag]
}

// Blobs lists the blobs of a repository, sorted.
func (g *Registry) Blobs(name string) []digest.Digest {
	g.mu.Lock()
	defer g.mu.Unlock()
	var found []digest.Digest
	for d := range g.repo(name).blobs {
		found = append(found, d)
	}
	slices.Sort(found)
	return found
}
