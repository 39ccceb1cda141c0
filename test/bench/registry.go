package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// registry serves a corpus by the OCI distribution specification, read-only.
// Blobs go from file to socket in the kernel. It counts what it serves.
type registry struct {
	blobs     blobs
	tags      map[string]digest.Digest // by repository:tag
	manifests map[digest.Digest]string // media type by digest
	requests  atomic.Int64
	bytes     atomic.Int64
}

// served is what a registry has served so far.
type served struct{ Requests, Bytes int64 }

func newRegistry(dir string) (*registry, error) {
	c, err := openCorpus(dir)
	if err != nil {
		return nil, err
	}
	r := &registry{blobs: blobs(filepath.Join(dir, "blobs")), tags: map[string]digest.Digest{}, manifests: map[digest.Digest]string{}}
	for _, img := range append(c.Images, c.Changed) {
		r.tags[img.Repository+":"+img.Tag] = img.Root.Digest
		r.manifests[img.Root.Digest] = img.Root.MediaType
		var index ocispec.Index
		if err := r.blobs.read(img.Root.Digest, &index); err != nil {
			return nil, err
		}
		for _, m := range index.Manifests {
			r.manifests[m.Digest] = m.MediaType
		}
	}
	return r, nil
}

// ServeHTTP answers one request. /served tells the counts.
func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.URL.Path == "/served" {
		_ = json.NewEncoder(w).Encode(served{r.requests.Load(), r.bytes.Load()})
		return
	}
	r.requests.Add(1)
	rest, ok := strings.CutPrefix(req.URL.Path, "/v2/")
	switch {
	case !ok:
		http.NotFound(w, req)
	case rest == "":
		w.WriteHeader(http.StatusOK)
	default:
		if repository, reference, ok := strings.Cut(rest, "/manifests/"); ok {
			r.manifest(w, req, repository, reference)
			return
		}
		_, name, _ := strings.Cut(rest, "/blobs/")
		r.serve(w, req, digest.Digest(name), "application/octet-stream")
	}
}

func (r *registry) manifest(w http.ResponseWriter, req *http.Request, repository, reference string) {
	d, tagged := r.tags[repository+":"+reference]
	if !tagged {
		d = digest.Digest(reference)
	}
	mediaType, ok := r.manifests[d]
	if !ok {
		http.Error(w, `{"errors":[{"code":"MANIFEST_UNKNOWN"}]}`, http.StatusNotFound)
		return
	}
	r.serve(w, req, d, mediaType)
}

func (r *registry) serve(w http.ResponseWriter, req *http.Request, d digest.Digest, mediaType string) {
	if d.Validate() != nil {
		http.NotFound(w, req)
		return
	}
	f, err := os.Open(r.blobs.path(d))
	if err != nil {
		http.Error(w, `{"errors":[{"code":"BLOB_UNKNOWN"}]}`, http.StatusNotFound)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", d.String())
	w.Header().Set("ETag", fmt.Sprintf("%q", d))
	http.ServeContent(w, req, "", info.ModTime(), f)
	if req.Method == http.MethodGet {
		n, _ := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
		r.bytes.Add(n)
	}
}
