package serve

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// serveReferrers lists the manifests of a repository whose subject is dgst. That
// there are none is an empty list.
func (g *Registry) serveReferrers(w http.ResponseWriter, r *http.Request, repo *repository, dgst digest.Digest) {
	filter := r.URL.Query().Get("artifactType")
	index := ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{},
	}
	for _, candidate := range slices.Sorted(maps.Keys(repo.manifests)) {
		data, err := g.manifest(candidate, repo.manifests[candidate])
		if missing(err) {
			continue
		}
		if err != nil {
			refuse(w, statusOf(err), unknown, err.Error())
			return
		}
		desc, ok := referrer(candidate, data, dgst)
		if ok && (filter == "" || desc.ArtifactType == filter) {
			index.Manifests = append(index.Manifests, desc)
		}
	}
	if filter != "" {
		w.Header().Set("OCI-Filters-Applied", "artifactType")
	}
	writeJSON(w, ocispec.MediaTypeImageIndex, index)
}

// referrer describes a manifest as the referrers API does, if it refers to
// subject. What has no artifact type is of its config's media type.
func referrer(dgst digest.Digest, data []byte, subject digest.Digest) (ocispec.Descriptor, bool) {
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil || doc.Subject == nil || doc.Subject.Digest != subject {
		return ocispec.Descriptor{}, false
	}
	if doc.ArtifactType == "" && doc.Config != nil {
		doc.ArtifactType = doc.Config.MediaType
	}
	return ocispec.Descriptor{
		MediaType: mediaTypeOf(data), Digest: dgst, Size: int64(len(data)),
		ArtifactType: doc.ArtifactType, Annotations: doc.Annotations,
	}, true
}
