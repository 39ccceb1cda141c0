package rehearse

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"
)

// maxManifest bounds a manifest: 4 MiB, as the distribution specification asks
// registries to take at least.
const maxManifest = 4 << 20

// putManifest takes a manifest in, unless something it needs is missing.
func (t *Target) putManifest(w http.ResponseWriter, r *http.Request, name, identifier string) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxManifest))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "MANIFEST_INVALID",
			fmt.Sprintf("the manifest is larger than %d bytes", maxManifest))
		return
	}
	dgst, err := identify(data, identifier)
	if err != nil {
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID", err.Error())
		return
	}
	mediaType, blobs, manifests, err := children(data)
	if err != nil {
		refuse(w, http.StatusBadRequest, "MANIFEST_INVALID", err.Error())
		return
	}
	if header := r.Header.Get("Content-Type"); header != "" {
		mediaType = header
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	repo := t.repository(name)
	for _, blob := range blobs {
		if !repo.blobs[blob.Digest] {
			refuse(w, http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "push the blob "+blob.Digest.String()+" first")
			return
		}
	}
	for _, manifest := range manifests {
		if repo.manifests[manifest.Digest].data == nil {
			refuse(w, http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "push the manifest "+manifest.Digest.String()+" first")
			return
		}
	}
	repo.manifests[dgst] = targetManifest{mediaType, data}
	if dgst.String() != identifier {
		repo.tags[identifier] = dgst
	}
	w.Header().Set("Docker-Content-Digest", dgst.String())
	w.Header().Set("Location", "/v2/"+name+"/manifests/"+dgst.String())
	w.WriteHeader(http.StatusCreated)
}

// identify is the digest of a manifest; it has to be the identifier's if that is
// a digest and not a tag.
func identify(data []byte, identifier string) (digest.Digest, error) {
	if !strings.Contains(identifier, ":") {
		return digest.FromBytes(data), nil
	}
	want, err := digest.Parse(identifier)
	if err != nil {
		return "", err
	}
	got := want.Algorithm().FromBytes(data)
	if got != want {
		return "", fmt.Errorf("the manifest's digest is %s, not %s", got, want)
	}
	return got, nil
}
