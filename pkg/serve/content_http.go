package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/store"
)

// serveManifest answers for a manifest or an index, whatever the client says it
// accepts: there is no other form of it.
func (g *Registry) serveManifest(w http.ResponseWriter, r *http.Request, repo *repository, identifier string, dgst digest.Digest) {
	at, ok := repo.manifests[dgst]
	if !ok {
		refuse(w, http.StatusNotFound, manifestUnknown, "there is no manifest "+identifier)
		return
	}
	data, err := g.manifest(dgst, at)
	if err != nil {
		refuse(w, statusOf(err), manifestUnknown, err.Error())
		return
	}
	identify(w, dgst, mediaTypeOf(data))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// serveBlob answers for a config or a layer.
func (g *Registry) serveBlob(w http.ResponseWriter, r *http.Request, repo *repository, dgst digest.Digest) {
	at, ok := repo.blobs[dgst]
	if !ok {
		refuse(w, http.StatusNotFound, blobUnknown, "there is no blob "+dgst.String())
		return
	}
	blob, err := g.open(dgst, at)
	if err != nil {
		refuse(w, statusOf(err), blobUnknown, err.Error())
		return
	}
	defer blob.Close()
	identify(w, dgst, "application/octet-stream")
	if plain(r) {
		sendWhole(w, blob)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, blob)
}

// plain tells whether a request is for the whole content, without conditions.
func plain(r *http.Request) bool {
	return r.Method == http.MethodGet && !slices.ContainsFunc(
		[]string{"Range", "If-Match", "If-None-Match", "If-Range"},
		func(name string) bool { return r.Header.Get(name) != "" })
}

// sendWhole lets a blob write itself: it hands its files to the connection, so
// that the kernel moves the bytes. When it fails half-way the server closes the
// connection, since fewer bytes came than were announced.
func sendWhole(w http.ResponseWriter, blob store.Blob) {
	w.Header().Set("Accept-Ranges", "bytes")
	w.Header().Set("Content-Length", strconv.FormatInt(blob.Size(), 10))
	w.WriteHeader(http.StatusOK)
	blob.WriteTo(w) //nolint:errcheck // see above
}

// identify sets the headers that tell what content is.
func identify(w http.ResponseWriter, dgst digest.Digest, mediaType string) {
	w.Header().Set("Docker-Content-Digest", dgst.String())
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("ETag", `"`+dgst.String()+`"`)
}

// mediaTypeOf is the media type that a manifest says it has. Where it says
// nothing, as the image specification allows, its fields tell.
func mediaTypeOf(data []byte) string {
	var doc document
	if err := json.Unmarshal(data, &doc); err == nil && doc.MediaType == "" && doc.Manifests != nil {
		return ocispec.MediaTypeImageIndex
	}
	if doc.MediaType == "" {
		return ocispec.MediaTypeImageManifest
	}
	return doc.MediaType
}

// statusOf tells what is lost from what is broken.
func statusOf(err error) int {
	if missing(err) {
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}
