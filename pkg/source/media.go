package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Media types of docker's image manifest version 2, schema 2, and of helm.
const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerConfig   = "application/vnd.docker.container.image.v1+json"
	helmConfig     = "application/vnd.cncf.helm.config.v1+json"
	helmChart      = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

// manifestTypes are what a registry is asked for.
var manifestTypes = []string{ocispec.MediaTypeImageIndex, ocispec.MediaTypeImageManifest, dockerList, dockerManifest}

// maxManifest bounds a manifest, an index and an image configuration, in
// bytes: the least a registry must take (OCI distribution specification).
const maxManifest = 4 << 20

// document is an index or a manifest, whichever its media type says.
type document struct {
	SchemaVersion int                  `json:"schemaVersion"`
	MediaType     string               `json:"mediaType"`
	Manifests     []ocispec.Descriptor `json:"manifests"`
	Config        ocispec.Descriptor   `json:"config"`
	Layers        []ocispec.Descriptor `json:"layers"`
}

func (d *document) isIndex() bool {
	return d.MediaType == ocispec.MediaTypeImageIndex || d.MediaType == dockerList
}

// parse reads an index or a manifest and fills in the media type that OCI lets
// it leave out. It goes by the content alone, so that it finds the same whether
// the content comes from a registry or from the store.
func parse(data []byte) (*document, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	switch {
	case d.SchemaVersion == 1 || strings.HasPrefix(d.MediaType, "application/vnd.docker.distribution.manifest.v1"):
		return nil, errors.New("a manifest of docker's schema 1, given up in 2017, names no digests of its layers: ask for the image to be pushed again")
	case d.MediaType == "" && d.Manifests != nil:
		d.MediaType = ocispec.MediaTypeImageIndex
	case d.MediaType == "" && d.Config.Digest != "":
		d.MediaType = ocispec.MediaTypeImageManifest
	}
	switch d.MediaType {
	case ocispec.MediaTypeImageIndex, dockerList:
		return &d, checkAll(d.Manifests)
	case ocispec.MediaTypeImageManifest, dockerManifest:
		return &d, checkAll(append([]ocispec.Descriptor{d.Config}, d.Layers...))
	}
	return nil, fmt.Errorf("neither a manifest nor an index: its media type is %q", d.MediaType)
}

// checkAll looks at descriptors that come from outside.
func checkAll(descs []ocispec.Descriptor) error {
	for _, d := range descs {
		if err := d.Digest.Validate(); err != nil {
			return fmt.Errorf("manifest names %q: %w", d.Digest, err)
		}
		if d.Digest.Algorithm() != digest.SHA256 {
			return fmt.Errorf("manifest names %s: only sha256 is supported", d.Digest)
		}
		if d.Size < 0 {
			return fmt.Errorf("manifest names %s with a size of %d", d.Digest, d.Size)
		}
		if foreign(d.MediaType) {
			return fmt.Errorf("layer %s is not distributable (%s): its registry does not hold it, and its licence may forbid to carry it along", d.Digest, d.MediaType)
		}
	}
	return nil
}

// foreign tells whether a layer must be had from elsewhere.
func foreign(mediaType string) bool {
	return strings.HasPrefix(mediaType, "application/vnd.docker.image.rootfs.foreign.") ||
		strings.HasPrefix(mediaType, "application/vnd.oci.image.layer.nondistributable.")
}
