package sealer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ErrNotClusterImage says that an image lacks sealer's annotation, so that
// sealer would refuse it too.
var ErrNotClusterImage = errors.New("not a cluster image: the manifest has no annotation " + AnnotationExtension)

// Image is all that is known of an image. Its JSON is what "sealer inspect"
// prints.
type Image struct {
	ID        string           `json:"id"`   // hex digest of the config
	Name      string           `json:"name"` // full reference, or empty
	Digest    digest.Digest    `json:"digest"`
	Manifest  ocispec.Manifest `json:"manifestv1"`
	Config    ocispec.Image    `json:"ociv1"`
	Extension Extension        `json:"imageExtension"`
	Images    []ContainerImage `json:"containerImageList,omitempty"`
}

// Inspect decodes the manifest and config of an image known by a name. The
// sealer annotations and the labels are moved out of manifest and config to
// where they are decoded, as sealer does. The error is [ErrNotClusterImage] for
// an image that is not sealer's.
func Inspect(name string, manifest, config []byte) (*Image, error) {
	image := &Image{Name: name, Digest: digest.FromBytes(manifest)}
	if err := json.Unmarshal(manifest, &image.Manifest); err != nil {
		return nil, fmt.Errorf("image %s: manifest: %w", name, err)
	}
	if err := json.Unmarshal(config, &image.Config); err != nil {
		return nil, fmt.Errorf("image %s: config: %w", name, err)
	}
	if err := image.Manifest.Config.Digest.Validate(); err != nil {
		return nil, fmt.Errorf("image %s: manifest: config %q: %w", name, image.Manifest.Config.Digest, err)
	}
	var err error
	if image.Extension, image.Images, err = DecodeAnnotations(image.Manifest.Annotations); err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	image.ID = image.Manifest.Config.Digest.Encoded()
	image.Extension.Labels = FoldLabels(image.Config.Config.Labels)
	image.Config.Config.Labels = nil
	maps.DeleteFunc(image.Manifest.Annotations, func(key, _ string) bool {
		return key == AnnotationExtension || key == AnnotationImages
	})
	return image, nil
}

// DecodeAnnotations reads what sealer reads from the annotations of a manifest.
// The error is [ErrNotClusterImage] when the extension is missing.
func DecodeAnnotations(annotations map[string]string) (Extension, []ContainerImage, error) {
	var extension Extension
	text := annotations[AnnotationExtension]
	if text == "" {
		return extension, nil, ErrNotClusterImage
	}
	if err := json.Unmarshal([]byte(text), &extension); err != nil {
		return extension, nil, fmt.Errorf("annotation %s: %w", AnnotationExtension, err)
	}
	var images []ContainerImage
	if text := annotations[AnnotationImages]; text != "" {
		if err := json.Unmarshal([]byte(text), &images); err != nil {
			return extension, nil, fmt.Errorf("annotation %s: %w", AnnotationImages, err)
		}
	}
	return extension, images, nil
}
