package rehearse

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/opencontainers/go-digest"
)

// serveUpload begins, continues, ends or drops an upload, or mounts a blob.
func (t *Target) serveUpload(w http.ResponseWriter, r *http.Request, name, id string) {
	if id == "" {
		if r.Method != http.MethodPost {
			refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "an upload begins with POST")
			return
		}
		t.beginUpload(w, r, name)
		return
	}
	t.mu.Lock()
	up := t.uploads[id]
	t.mu.Unlock()
	if up == nil {
		refuse(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "no upload "+id)
		return
	}
	up.mu.Lock()
	defer up.mu.Unlock()
	switch r.Method {
	case http.MethodGet:
		progressOf(w, name, id, up, http.StatusNoContent)
	case http.MethodPatch:
		if receive(w, r, name, id, up) {
			progressOf(w, name, id, up, http.StatusAccepted)
		}
	case http.MethodPut:
		if receive(w, r, name, id, up) {
			t.endUpload(w, r, name, id, up)
		}
	case http.MethodDelete:
		t.forget(id)
		up.discard()
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "an upload takes GET, PATCH, PUT and DELETE")
	}
}

// beginUpload answers POST: a mount, a whole blob, or the start of an upload.
func (t *Target) beginUpload(w http.ResponseWriter, r *http.Request, name string) {
	query := r.URL.Query()
	mount := digest.Digest(query.Get("mount"))
	if mount != "" && mount.Validate() == nil && t.hasBlob(query.Get("from"), mount) {
		t.stored(w, name, mount)
		return
	}
	id := uploadID()
	up, err := newUpload(filepath.Join(t.dir, "uploads"), id)
	if err != nil {
		refuse(w, http.StatusInternalServerError, "UNKNOWN", err.Error())
		return
	}
	t.mu.Lock()
	t.uploads[id] = up
	t.mu.Unlock()
	up.mu.Lock()
	defer up.mu.Unlock()
	if query.Get("digest") == "" {
		progressOf(w, name, id, up, http.StatusAccepted)
	} else if receive(w, r, name, id, up) {
		t.endUpload(w, r, name, id, up)
	}
}

// receive takes in a request's body. It answers when that fails.
func receive(w http.ResponseWriter, r *http.Request, name, id string, up *upload) bool {
	err := up.append(r.Body, r.Header.Get("Content-Range"))
	if errors.Is(err, errRange) {
		progressOf(w, name, id, up, http.StatusRequestedRangeNotSatisfiable)
	} else if err != nil {
		refuse(w, http.StatusInternalServerError, "BLOB_UPLOAD_INVALID", err.Error())
	}
	return err == nil
}

// endUpload makes an upload a blob of the repository.
func (t *Target) endUpload(w http.ResponseWriter, r *http.Request, name, id string, up *upload) {
	dgst, err := digest.Parse(r.URL.Query().Get("digest"))
	if err == nil {
		t.forget(id)
		err = up.commit(dgst, t.blobPath(dgst))
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID", err.Error())
		return
	}
	t.stored(w, name, dgst)
}

// forget drops an upload from the list.
func (t *Target) forget(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.uploads, id)
}

// stored says that a repository has a blob now.
func (t *Target) stored(w http.ResponseWriter, name string, dgst digest.Digest) {
	t.mu.Lock()
	t.repository(name).blobs[dgst] = true
	t.mu.Unlock()
	w.Header().Set("Docker-Content-Digest", dgst.String())
	w.Header().Set("Location", "/v2/"+name+"/blobs/"+dgst.String())
	w.WriteHeader(http.StatusCreated)
}

// progressOf says how far an upload is. The range's end is inclusive, and "0-0"
// while nothing is there.
func progressOf(w http.ResponseWriter, name, id string, up *upload, status int) {
	w.Header().Set("Location", "/v2/"+name+"/blobs/uploads/"+id)
	w.Header().Set("Docker-Upload-UUID", id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(0, up.size-1)))
	w.WriteHeader(status)
}
