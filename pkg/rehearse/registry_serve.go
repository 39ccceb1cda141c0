package rehearse

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// dockerHosts are other names of docker.io that clients put in a URL.
var dockerHosts = []string{"index.docker.io", "registry-1.docker.io"}

// repositoryOf is the repository with its domain. containerd names the domain
// in the query parameter ns and leaves it out of the path.
func repositoryOf(r *http.Request, path string) string {
	if ns := r.URL.Query().Get("ns"); ns != "" {
		path = ns + "/" + path
	}
	host, rest, _ := strings.Cut(path, "/")
	if slices.Contains(dockerHosts, host) {
		host = "docker.io"
	}
	return host + "/" + rest
}

// serve answers a request for something in a repository.
func (g *registry) serve(w http.ResponseWriter, r *http.Request, repository, kind, identifier string) {
	tags, ok := g.repositories[repository]
	if !ok {
		refuse(w, http.StatusNotFound, "NAME_UNKNOWN", repository+" is not in the rehearsal's inventory")
		return
	}
	if kind == "tags" {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{ //nolint:errcheck // the client is gone
			"name": repository, "tags": slices.Sorted(maps.Keys(tags)),
		})
		return
	}
	doc, dgst, err := g.find(repository, kind, identifier)
	switch {
	case err != nil:
		refuse(w, http.StatusInternalServerError, "UNKNOWN", err.Error())
	case doc.content == nil && kind == "blobs":
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", repository+" has no blob "+identifier)
	case doc.content == nil:
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN",
			repository+":"+identifier+" is not in the rehearsal's inventory")
	default:
		w.Header().Set("Docker-Content-Digest", dgst.String())
		doc.serve(w, r, dgst)
	}
}

// serve writes a document, or the range of it that is asked for.
func (d document) serve(w http.ResponseWriter, r *http.Request, dgst digest.Digest) {
	w.Header().Set("Content-Type", d.mediaType)
	w.Header().Set("ETag", `"`+dgst.String()+`"`)
	http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(d.content, 0, d.content.Size()))
}

// refuse answers with the error body of the distribution specification.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{ //nolint:errcheck // the client is gone
		"errors": []map[string]string{{"code": code, "message": message}},
	})
}
