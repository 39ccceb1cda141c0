package rehearse

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// repositoryName is the grammar of repository names in the distribution
// specification.
const repositoryName = `([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)`

var (
	uploadsPath  = regexp.MustCompile(`^/v2/` + repositoryName + `/blobs/uploads/([A-Z0-9]*)$`)
	blobsPath    = regexp.MustCompile(`^/v2/` + repositoryName + `/blobs/([a-z0-9]+:[a-f0-9]+)$`)
	manifestPath = regexp.MustCompile(`^/v2/` + repositoryName + `/manifests/([a-zA-Z0-9_][a-zA-Z0-9._:-]{0,255})$`)
	tagsPath     = regexp.MustCompile(`^/v2/` + repositoryName + `/tags/list$`)
)

// route finds what a request is about.
func (t *Target) route(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if path == "/v2/" {
		writeJSON(w, http.StatusOK, struct{}{})
	} else if m := uploadsPath.FindStringSubmatch(path); m != nil {
		t.serveUpload(w, r, m[1], m[2])
	} else if m := blobsPath.FindStringSubmatch(path); m != nil {
		t.serveBlob(w, r, m[1], digest.Digest(m[2]))
	} else if m := manifestPath.FindStringSubmatch(path); m != nil {
		t.serveManifest(w, r, m[1], m[2])
	} else if m := tagsPath.FindStringSubmatch(path); m != nil {
		t.serveTags(w, r, m[1])
	} else {
		refuse(w, http.StatusNotFound, "NAME_INVALID", "no such endpoint")
	}
}

// serveBlob answers for a blob.
func (t *Target) serveBlob(w http.ResponseWriter, r *http.Request, name string, dgst digest.Digest) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "nothing is deleted here")
		return
	}
	if dgst.Validate() != nil || !t.hasBlob(name, dgst) {
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", name+" has no blob "+dgst.String())
		return
	}
	w.Header().Set("Docker-Content-Digest", dgst.String())
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeFile(w, r, t.blobPath(dgst))
}

// serveTags lists the tags of a repository, as n and last ask for.
func (t *Target) serveTags(w http.ResponseWriter, r *http.Request, name string) {
	t.mu.Lock()
	repo := t.repositories[name]
	var tags []string
	if repo != nil {
		tags = slices.Sorted(maps.Keys(repo.tags))
	}
	t.mu.Unlock()
	if repo == nil {
		refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "no repository "+name)
		return
	}
	query := r.URL.Query()
	tags = slices.DeleteFunc(tags, func(tag string) bool { return tag <= query.Get("last") })
	if n, err := strconv.Atoi(query.Get("n")); err == nil && n >= 0 && n < len(tags) {
		tags = tags[:n]
		if n > 0 {
			next := url.Values{"n": {strconv.Itoa(n)}, "last": {tags[n-1]}}
			w.Header().Set("Link", "<"+r.URL.Path+"?"+next.Encode()+`>; rel="next"`)
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"name": name, "tags": append([]string{}, tags...)})
}

// serveManifest answers for a manifest or takes it in.
func (t *Target) serveManifest(w http.ResponseWriter, r *http.Request, name, identifier string) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		t.getManifest(w, r, name, identifier)
	case http.MethodPut:
		t.putManifest(w, r, name, identifier)
	default:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "nothing is deleted here")
	}
}

// getManifest finds a manifest by tag or digest.
func (t *Target) getManifest(w http.ResponseWriter, r *http.Request, name, identifier string) {
	t.mu.Lock()
	dgst, manifest := digest.Digest(identifier), targetManifest{}
	if repo := t.repositories[name]; repo != nil {
		if tagged, ok := repo.tags[identifier]; ok {
			dgst = tagged
		}
		manifest = repo.manifests[dgst]
	}
	t.mu.Unlock()
	if manifest.data == nil {
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", name+" has no manifest "+identifier)
		return
	}
	w.Header().Set("Docker-Content-Digest", dgst.String())
	document{manifest.mediaType, newLiteral(manifest.data)}.serve(w, r, dgst)
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the client is gone
}

// children are the descriptors that a manifest or index needs, apart from its
// subject: blobs, and manifests.
func children(data []byte) (mediaType string, blobs, manifests []ocispec.Descriptor, err error) {
	var doc struct {
		MediaType string               `json:"mediaType"`
		Config    *ocispec.Descriptor  `json:"config"`
		Layers    []ocispec.Descriptor `json:"layers"`
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	err = json.Unmarshal(data, &doc)
	doc.Layers = slices.DeleteFunc(doc.Layers, func(d ocispec.Descriptor) bool {
		return strings.Contains(d.MediaType, ".nondistributable.") // stays where it is
	})
	if doc.Config != nil {
		doc.Layers = append(doc.Layers, *doc.Config)
	}
	return doc.MediaType, doc.Layers, doc.Manifests, err
}
