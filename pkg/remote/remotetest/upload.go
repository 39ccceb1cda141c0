package remotetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"
)

// children lists what a manifest or index refers to.
func children(data []byte) []digest.Digest {
	type desc struct{ Digest digest.Digest }
	var m struct {
		Config            desc
		Layers, Manifests []desc
	}
	_ = json.Unmarshal(data, &m)
	var found []digest.Digest
	for _, d := range append(append(m.Manifests, m.Layers...), m.Config) {
		if d.Digest != "" {
			found = append(found, d.Digest)
		}
	}
	return found
}

// upload serves the requests of "Pushing Blobs" in the specification.
func (g *Registry) upload(w http.ResponseWriter, r *http.Request, name, id string) {
	if r.Method == http.MethodPost {
		g.begin(w, r, name)
		return
	}
	g.mu.Lock()
	buf, ok := g.uploads[id]
	g.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "upload unknown to registry")
		return
	}
	switch r.Method {
	case http.MethodGet:
		g.progress(w, name, id, buf, http.StatusNoContent)
	case http.MethodDelete:
		g.mu.Lock()
		delete(g.uploads, id)
		g.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPatch, http.MethodPut:
		g.take(w, r, name, id, buf)
	}
}

func (g *Registry) begin(w http.ResponseWriter, r *http.Request, name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := r.URL.Query()
	d := digest.Digest(q.Get("mount"))
	if data, ok := g.repo(q.Get("from")).blobs[d]; ok {
		g.repo(name).blobs[d] = data
		w.WriteHeader(http.StatusCreated)
		return
	}
	g.next++
	id := fmt.Sprint(g.next)
	g.uploads[id] = &bytes.Buffer{}
	w.Header().Set("Location", "/v2/"+name+"/blobs/uploads/"+id+"?state=1")
	w.WriteHeader(http.StatusAccepted)
}

func (g *Registry) progress(w http.ResponseWriter, name, id string, buf *bytes.Buffer, status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w.Header().Set("Location", "/v2/"+name+"/blobs/uploads/"+id+"?state=2")
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(0, buf.Len()-1)))
	w.WriteHeader(status)
}

// take appends content; a PUT closes the upload.
func (g *Registry) take(w http.ResponseWriter, r *http.Request, name, id string, buf *bytes.Buffer) {
	g.mu.Lock()
	have := buf.Len()
	g.mu.Unlock()
	if cr := r.Header.Get("Content-Range"); cr != "" && !strings.HasPrefix(cr, fmt.Sprintf("%d-", have)) {
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	part := make([]byte, 64<<10)
	for {
		n, err := r.Body.Read(part)
		g.mu.Lock()
		buf.Write(part[:n])
		g.mu.Unlock()
		if err == io.EOF {
			break
		}
		if err != nil {
			return // the client is gone; what came is kept
		}
	}
	if r.Method == http.MethodPatch {
		g.progress(w, name, id, buf, http.StatusAccepted)
		return
	}
	want := digest.Digest(r.URL.Query().Get("digest"))
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.uploads, id)
	if got := digest.FromBytes(buf.Bytes()); got != want {
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID", "provided digest did not match uploaded content")
		return
	}
	g.repo(name).blobs[want] = buf.Bytes()
	w.Header().Set("Docker-Content-Digest", want.String())
	w.WriteHeader(http.StatusCreated)
}
