package serve

import (
	"net/http"
	"regexp"

	"github.com/opencontainers/go-digest"
)

// repositoryName is the grammar of repository names in the distribution
// specification, with the port that a domain in front may have.
const repositoryName = `((?:[a-zA-Z0-9.-]+:[0-9]+/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)`

// path is the grammar of all paths with a repository.
var path = regexp.MustCompile(`^/v2/` + repositoryName + `/(manifests|blobs|referrers|tags)/([^/]+)$`)

// tag is the grammar of tags.
var tag = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)

// ServeHTTP answers one request.
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, unsupported, "this registry is read-only")
		return
	}
	switch r.URL.Path {
	case "/v2", "/v2/":
		writeJSON(w, "application/json", struct{}{})
		return
	}
	v, err := g.current(r.Context())
	if err != nil {
		refuse(w, http.StatusInternalServerError, unknown, err.Error())
		return
	}
	if r.URL.Path == "/v2/_catalog" {
		serveCatalog(w, r, v)
		return
	}
	match := path.FindStringSubmatch(r.URL.Path)
	if match == nil {
		refuse(w, http.StatusNotFound, nameInvalid, "no endpoint of a registry has this path")
		return
	}
	g.serve(w, r, v, match[1], match[2], match[3])
}

// serve answers a request that names a repository.
func (g *Registry) serve(w http.ResponseWriter, r *http.Request, v *view, name, kind, identifier string) {
	repo := v.find(name, r.URL.Query().Get("ns"))
	if repo == nil {
		refuse(w, http.StatusNotFound, nameUnknown, "there is no repository "+name)
		return
	}
	if kind == "tags" {
		if identifier != "list" {
			refuse(w, http.StatusNotFound, nameInvalid, "tags are listed at tags/list")
			return
		}
		serveTags(w, r, name, repo)
		return
	}
	dgst, err := digest.Parse(identifier)
	if err != nil && kind == "manifests" && tag.MatchString(identifier) {
		dgst, err = repo.tags[identifier], nil
	}
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, digestInvalid, identifier+" is not a digest")
	case kind == "manifests":
		g.serveManifest(w, r, repo, identifier, dgst)
	case kind == "blobs":
		g.serveBlob(w, r, repo, dgst)
	default:
		g.serveReferrers(w, r, repo, dgst)
	}
}
