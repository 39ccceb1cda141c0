package rehearse

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
)

// document is a blob with the media type it is served as.
type document struct {
	mediaType string
	content   content
}

// artifact is what a tag of the registry names: one document at the top, and
// all that it refers to.
type artifact struct {
	top       ocispec.Descriptor
	manifests map[digest.Digest]document
	blobs     map[digest.Digest]document
}

// newArtifact is an artifact with nothing in it yet.
func newArtifact() *artifact {
	return &artifact{
		manifests: map[digest.Digest]document{},
		blobs:     map[digest.Digest]document{},
	}
}

// marks are the annotations and labels of a stand-in.
func marks(what string) map[string]string {
	return map[string]string{
		Annotation:                    "true",
		ocispec.AnnotationDescription: "Stand-in for " + what + ", made by a rehearsal",
	}
}

// image builds the stand-in of an image: an OCI index over a manifest for each
// platform.
func (g *generator) image(img Image) (*artifact, error) {
	ref, err := reference.Parse(img.Name)
	if err != nil {
		return nil, err
	}
	platforms, err := img.platforms()
	if err != nil {
		return nil, err
	}
	art := newArtifact()
	index := ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Annotations: marks(unpinned(ref)),
	}
	for _, platform := range platforms {
		desc, err := g.manifest(art, ref, img.size(), platform)
		if err != nil {
			return nil, fmt.Errorf("stand-in for %s: %w", img.Name, err)
		}
		index.Manifests = append(index.Manifests, desc)
	}
	art.top, err = art.add(art.manifests, index.MediaType, index)
	return art, err
}

// manifest adds the manifest of one platform, its config and its layers.
func (g *generator) manifest(art *artifact, ref reference.Ref, size int64, platform ocispec.Platform) (ocispec.Descriptor, error) {
	layers, err := g.layers(ref, size, platform)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	config := ocispec.Image{Platform: platform, RootFS: ocispec.RootFS{Type: "layers"}}
	config.Config.Labels = marks(unpinned(ref))
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Annotations: marks(unpinned(ref)),
	}
	for _, l := range layers {
		desc, err := l.descriptor()
		if err != nil {
			return ocispec.Descriptor{}, err
		}
		manifest.Layers = append(manifest.Layers, desc)
		config.RootFS.DiffIDs = append(config.RootFS.DiffIDs, l.diffID)
		art.blobs[desc.Digest] = document{desc.MediaType, l.zip}
	}
	if manifest.Config, err = art.add(art.blobs, ocispec.MediaTypeImageConfig, config); err != nil {
		return ocispec.Descriptor{}, err
	}
	desc, err := art.add(art.manifests, manifest.MediaType, manifest)
	desc.Platform = &platform
	return desc, err
}

// add encodes v, keeps it in one of the artifact's maps, and describes it.
func (a *artifact) add(to map[digest.Digest]document, mediaType string, v any) (ocispec.Descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	return keep(to, mediaType, data), nil
}

// keep adds a literal document to a map and describes it.
func keep(to map[digest.Digest]document, mediaType string, data []byte) ocispec.Descriptor {
	dgst := digest.FromBytes(data)
	to[dgst] = document{mediaType, newLiteral(data)}
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}
}

// unpinned is the name of an image without the digest that pins the real one.
func unpinned(ref reference.Ref) string {
	if ref.Tag == "" {
		return ref.Repository()
	}
	return ref.Repository() + ":" + ref.Tag
}

// family is what images have to have in common to share a base layer: the
// registry and the first element of the path.
func family(ref reference.Ref) string {
	first, _, _ := strings.Cut(ref.Path, "/")
	return ref.Domain + "/" + first
}
