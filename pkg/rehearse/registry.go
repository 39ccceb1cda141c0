package rehearse

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/reference"
)

// registry serves artifacts by the read part of the OCI distribution
// specification. Repositories are named with their domain:
// docker.io/library/nginx.
type registry struct {
	repositories map[string]map[string]func() (*artifact, error) // by tag
}

// newRegistry has no repositories yet.
func newRegistry() *registry {
	return &registry{map[string]map[string]func() (*artifact, error){}}
}

// add gives an artifact a tag; it is made when it is first asked for.
func (g *registry) add(repository, tag string, build func() (*artifact, error)) {
	if g.repositories[repository] == nil {
		g.repositories[repository] = map[string]func() (*artifact, error){}
	}
	g.repositories[repository][tag] = sync.OnceValues(build)
}

// addImage adds the stand-in of an image, unless there is one of that name. One
// that is named by a digest alone is tagged with that digest's hex, so that there
// is a way to find it.
func (g *registry) addImage(gen *generator, img Image) error {
	ref, err := reference.Parse(img.Name)
	if err != nil {
		return err
	}
	if g.repositories[ref.Repository()][tagOf(ref)] != nil {
		return nil
	}
	g.add(ref.Repository(), tagOf(ref), func() (*artifact, error) { return gen.image(img) })
	return nil
}

// tagOf is the tag under which an image stands here.
func tagOf(ref reference.Ref) string {
	if ref.Tag == "" {
		return ref.Digest.Encoded()
	}
	return ref.Tag
}

// addChart adds a chart; a "+" of its version is "_" in the tag, as Helm has it.
func (g *registry) addChart(repo string, c Chart) (sumFunc, error) {
	name := strings.TrimSuffix(repo, "/") + "/" + c.Name
	ref, err := reference.Parse(name + ":" + strings.ReplaceAll(c.Version, "+", "_"))
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", c.Name, err)
	}
	g.add(ref.Repository(), ref.Tag, func() (*artifact, error) { return chartArtifact(c) })
	return func() (digest.Digest, error) {
		data, err := chartArchive(c)
		return digest.FromBytes(data), err
	}, nil
}

// pin replaces the digest in a name by that of the stand-in.
func (g *registry) pin(ref reference.Ref) (string, error) {
	build := g.repositories[ref.Repository()][tagOf(ref)]
	if build == nil {
		return "", fmt.Errorf("%s is not in the rehearsal's inventory", ref)
	}
	art, err := build()
	if err != nil {
		return "", err
	}
	ref.Digest = art.top.Digest
	return ref.String(), nil
}

// pinAll pins those names that it can; what is not an image name stays.
func (g *registry) pinAll(names []string) []string {
	pinned := slices.Clone(names)
	for i, name := range names {
		if ref, err := reference.Parse(name); err == nil && ref.Digest != "" {
			if to, err := g.pin(ref); err == nil {
				pinned[i] = to
			}
		}
	}
	return pinned
}

// find looks for a manifest by tag or digest, or for a blob by digest.
func (g *registry) find(repository, kind, identifier string) (document, digest.Digest, error) {
	tags := g.repositories[repository]
	if build := tags[identifier]; kind == "manifests" && build != nil {
		art, err := build()
		if err != nil {
			return document{}, "", err
		}
		return art.manifests[art.top.Digest], art.top.Digest, nil
	}
	for _, build := range tags {
		art, err := build()
		if err != nil {
			return document{}, "", err
		}
		from := art.blobs
		if kind == "manifests" {
			from = art.manifests
		}
		if doc, ok := from[digest.Digest(identifier)]; ok {
			return doc, digest.Digest(identifier), nil
		}
	}
	return document{}, "", nil
}

// route splits the path of a request: repository, kind and identifier.
var route = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags)/([^/]+)$`)

// ServeHTTP answers GET and HEAD.
func (g *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch match := route.FindStringSubmatch(r.URL.Path); {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "a stand-in upstream is read-only")
	case r.URL.Path == "/v2/":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	case match == nil:
		refuse(w, http.StatusNotFound, "NAME_INVALID", "no such endpoint")
	default:
		g.serve(w, r, repositoryOf(r, match[1]), match[2], match[3])
	}
}
