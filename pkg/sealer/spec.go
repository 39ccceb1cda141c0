package sealer

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// DefaultPath is the PATH of an image that sets none, the same that sealer
// gives.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Spec is everything that the metadata of one image of one platform says. It
// is what a Kubefile comes down to.
type Spec struct {
	Type     ImageType        // default: KubeInstaller
	Platform ocispec.Platform // required
	// Client names the program that builds; required. sealer's field for its
	// own version takes it, so that nobody takes the image for sealer's work.
	Client string
	// Base is the image of a FROM line, by name and digest; nil for scratch.
	Base *Base
	// Applications in the order they were declared.
	Applications []Application
	// Env holds NAME=value pairs in the order they were set; a later one wins.
	Env    []string
	Labels map[string]string
	// CNI and CSI name the applications that are network and storage plugins.
	CNI, CSI []string
	// KubeVersion is the range of a KUBEVERSION line, such as "1.30 - 1.37".
	KubeVersion string
	Author      string
	Launch      Launch
	// Images that the cluster's registry holds; sorted before they are written.
	Images []ContainerImage
	// Created is the only time in the image; zero is the Unix epoch.
	Created time.Time
	// Layers from the lowest to the uppermost.
	Layers []Layer
}

// Base is the image that another one was built from.
type Base struct {
	Name   string // full reference
	Digest digest.Digest
}

// Layer is one layer of an image and why it is there.
type Layer struct {
	Descriptor ocispec.Descriptor
	DiffID     digest.Digest // digest of the uncompressed tar
	CreatedBy  string        // shown by "history" commands; free text
}

// Extension is what [AnnotationExtension] will hold.
//
// An application that has commands and no type is written as a [ShellApp]. The
// commands run all the same; but sealer refuses to build FROM an image which has
// an application without a type, even one it built itself.
func (s Spec) Extension() Extension {
	apps := slices.Clone(s.Applications)
	for i := range apps {
		apps[i].Version = applicationVersion
		if apps[i].Type == "" {
			apps[i].Type = ShellApp
		}
	}
	return Extension{
		BuildClient:   BuildClient{SealerVersion: s.Client, BuildahVersion: "none"},
		SchemaVersion: SchemaVersion,
		Type:          s.imageType(),
		Applications:  apps,
		Env:           envMap(s.Env),
		Launch:        s.Launch,
	}
}

// Annotations of the manifest. They belong on the manifest of each platform,
// not on an index: sealer reads no other place.
func (s Spec) Annotations() (map[string]string, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	extension, err := json.Marshal(s.Extension())
	if err != nil {
		return nil, fmt.Errorf("annotation %s: %w", AnnotationExtension, err)
	}
	annotations := map[string]string{AnnotationExtension: string(extension)}
	if images := sortImages(s.Images); len(images) > 0 {
		list, err := json.Marshal(images)
		if err != nil {
			return nil, fmt.Errorf("annotation %s: %w", AnnotationImages, err)
		}
		annotations[AnnotationImages] = string(list)
	}
	if s.Base != nil {
		annotations[ocispec.AnnotationBaseImageName] = s.Base.Name
		annotations[ocispec.AnnotationBaseImageDigest] = s.Base.Digest.String()
	}
	return annotations, nil
}

// Config is the OCI image config.
func (s Spec) Config() ocispec.Image {
	created := s.Created
	if created.IsZero() {
		created = time.Unix(0, 0)
	}
	created = created.UTC()
	image := ocispec.Image{
		Created:  &created,
		Author:   s.Author,
		Platform: s.Platform,
		Config:   ocispec.ImageConfig{Env: configEnv(s.Env), Labels: s.labels()},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{}},
	}
	for _, layer := range s.Layers {
		image.RootFS.DiffIDs = append(image.RootFS.DiffIDs, layer.DiffID)
		image.History = append(image.History, ocispec.History{Created: &created, CreatedBy: layer.CreatedBy})
	}
	return image
}

// Manifest is the OCI image manifest over a config that was stored.
func (s Spec) Manifest(config ocispec.Descriptor) (ocispec.Manifest, error) {
	annotations, err := s.Annotations()
	if err != nil {
		return ocispec.Manifest{}, err
	}
	manifest := ocispec.Manifest{
		Versioned:   specs.Versioned{SchemaVersion: 2},
		MediaType:   ocispec.MediaTypeImageManifest,
		Config:      config,
		Layers:      []ocispec.Descriptor{},
		Annotations: annotations,
	}
	for _, layer := range s.Layers {
		manifest.Layers = append(manifest.Layers, layer.Descriptor)
	}
	return manifest, nil
}

func (s Spec) imageType() ImageType {
	if s.Type == "" {
		return KubeInstaller
	}
	return s.Type
}
