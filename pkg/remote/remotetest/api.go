package remotetest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// ServeHTTP implements http.Handler, the OCI distribution specification 1.1.
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/v2/")
	if !ok || path == "" {
		return
	}
	if name, rest, ok := cut(path, "/blobs/uploads/"); ok {
		g.upload(w, r, name, rest)
	} else if name, id, ok := cut(path, "/blobs/"); ok {
		g.blob(w, r, name, digest.Digest(id))
	} else if name, id, ok := cut(path, "/manifests/"); ok {
		g.manifest(w, r, name, id)
	} else {
		w.WriteHeader(http.StatusNotFound)
	}
}

func cut(path, at string) (string, string, bool) {
	i := strings.LastIndex(path, at)
	if i < 0 {
		return "", "", false
	}
	return path[:i], path[i+len(at):], true
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
}

func (g *Registry) blob(w http.ResponseWriter, r *http.Request, name string, d digest.Digest) {
	g.mu.Lock()
	data, ok := g.repo(name).blobs[d]
	g.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry")
		return
	}
	w.Header().Set("Docker-Content-Digest", d.String())
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func (g *Registry) manifest(w http.ResponseWriter, r *http.Request, name, id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Method == http.MethodPut {
		g.putManifest(w, r, name, id)
		return
	}
	repo := g.repo(name)
	d := digest.Digest(id)
	if tagged, ok := repo.tags[id]; ok {
		d = tagged
	}
	m, ok := repo.manifests[d]
	if !ok {
		refuse(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
		return
	}
	w.Header().Set("Content-Type", m.mediaType)
	w.Header().Set("Docker-Content-Digest", d.String())
	w.Header().Set("Content-Length", fmt.Sprint(len(m.data)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(m.data)
	}
}

func (g *Registry) putManifest(w http.ResponseWriter, r *http.Request, name, id string) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	repo := g.repo(name)
	for _, child := range children(data) {
		_, isBlob := repo.blobs[child]
		_, isManifest := repo.manifests[child]
		if !isBlob && !isManifest {
			refuse(w, http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
			return
		}
	}
	d := digest.FromBytes(data)
	repo.manifests[d] = manifest{r.Header.Get("Content-Type"), data}
	if !strings.Contains(id, ":") {
		repo.tags[id] = d
	}
	w.Header().Set("Docker-Content-Digest", d.String())
	w.WriteHeader(http.StatusCreated)
}
