package serve

import (
	"context"
	"encoding/json"
	"fmt"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

// document is what a manifest or an index says, as far as it matters here.
type document struct {
	MediaType    string               `json:"mediaType"`
	ArtifactType string               `json:"artifactType"`
	Config       *ocispec.Descriptor  `json:"config"`
	Layers       []ocispec.Descriptor `json:"layers"`
	Manifests    []ocispec.Descriptor `json:"manifests"`
	Subject      *ocispec.Descriptor  `json:"subject"`
	Annotations  map[string]string    `json:"annotations"`
}

// addCluster adds a named image, and the container images inside it.
func (g *Registry) addCluster(ctx context.Context, v *view, image store.Image) error {
	ref, err := reference.Parse(image.Name)
	if err != nil {
		return err
	}
	found := newView()
	repo := found.repository("")
	if err := g.walk(ctx, found, repo, image.Descriptor); err != nil {
		return err
	}
	if ref.Tag != "" {
		repo.tags[ref.Tag] = image.Descriptor.Digest
	}
	v.repository(ref.Path).merge(repo)
	v.repository(ref.Repository()).merge(repo)
	v.listed[ref.Path] = true
	delete(found.repositories, "")
	v.merge(found)
	return nil
}

// merge takes in all of another view.
func (v *view) merge(other *view) {
	for name, repo := range other.repositories {
		v.repository(name).merge(repo)
	}
	for name := range other.listed {
		v.listed[name] = true
	}
	for path, domains := range other.domains {
		for domain := range domains {
			v.addDomain(path, domain)
		}
	}
}

// addDomain notes that the image at path came from a domain.
func (v *view) addDomain(path, domain string) {
	if v.domains[path] == nil {
		v.domains[path] = map[string]bool{}
	}
	v.domains[path][domain] = true
}

// walk adds a manifest or an index to a repository, all that it refers to, and
// the container images in its layers. A manifest that an index lists may be
// missing: an image of one platform keeps the whole index.
func (g *Registry) walk(ctx context.Context, v *view, repo *repository, desc ocispec.Descriptor) error {
	if _, ok := repo.manifests[desc.Digest]; ok {
		return nil
	}
	doc, err := g.read(ctx, desc)
	if err != nil {
		return err
	}
	repo.manifests[desc.Digest] = registryfs.Content{Size: desc.Size}
	for _, child := range doc.Manifests {
		if err := g.walk(ctx, v, repo, child); err != nil && !missing(err) {
			return err
		}
	}
	if doc.Config != nil {
		repo.blobs[doc.Config.Digest] = registryfs.Content{Size: doc.Config.Size}
	}
	for _, layer := range doc.Layers {
		repo.blobs[layer.Digest] = registryfs.Content{Size: layer.Size}
	}
	if doc.Annotations[sealer.AnnotationExtension] == "" {
		return nil
	}
	return g.addInner(v, doc)
}

// read reads a manifest or an index of the store.
func (g *Registry) read(ctx context.Context, desc ocispec.Descriptor) (document, error) {
	var doc document
	data, err := g.store.ReadAll(ctx, desc)
	if err != nil {
		return doc, err
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return doc, fmt.Errorf("manifest %s: %w", desc.Digest, err)
	}
	return doc, nil
}

// addReferrer adds an entry of the store without a name to the repositories that
// have its subject.
func (g *Registry) addReferrer(ctx context.Context, v *view, desc ocispec.Descriptor) error {
	doc, err := g.read(ctx, desc)
	if err != nil || doc.Subject == nil {
		return err
	}
	for _, repo := range v.repositories {
		if _, ok := repo.manifests[doc.Subject.Digest]; ok {
			if err := g.walk(ctx, newView(), repo, desc); err != nil {
				return err
			}
		}
	}
	return nil
}
