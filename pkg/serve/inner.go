package serve

import (
	"errors"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

// addInner adds the container images inside a cluster image.
func (g *Registry) addInner(v *view, doc document) error {
	_, images, err := sealer.DecodeAnnotations(doc.Annotations)
	if err != nil {
		return err
	}
	tree, err := g.tree(doc.Layers)
	if err != nil {
		return err
	}
	names := domainsOf(images)
	for _, path := range tree.Repositories() {
		repo := repositoryOf(tree, path)
		v.repository(path).merge(repo)
		v.listed[path] = true
		for _, domain := range names[path] {
			v.repository(domain + "/" + path).merge(repo)
			v.addDomain(path, domain)
		}
	}
	return nil
}

// tree reads the registry tree from the layers of a cluster image, lowest first.
func (g *Registry) tree(layers []ocispec.Descriptor) (*registryfs.Tree, error) {
	tree := new(registryfs.Tree)
	for _, desc := range layers {
		if desc.MediaType != ocispec.MediaTypeImageLayer {
			continue // compressed: nothing in it can be reached at an offset
		}
		blob, err := g.store.Open(desc.Digest)
		if err != nil {
			return nil, err
		}
		err = tree.AddLayer(desc.Digest, blob)
		if err := errors.Join(err, blob.Close()); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

// repositoryOf is one repository of a tree.
func repositoryOf(tree *registryfs.Tree, path string) *repository {
	repo := newView().repository(path)
	for _, tag := range tree.Tags(path) {
		if dgst, ok := tree.Resolve(path, tag); ok {
			repo.tags[tag] = dgst
		}
	}
	contents(tree, tree.Revisions(path), repo.manifests)
	contents(tree, tree.Layers(path), repo.blobs)
	return repo
}

// contents notes where those digests are that the tree has.
func contents(tree *registryfs.Tree, list []digest.Digest, to map[digest.Digest]registryfs.Content) {
	for _, dgst := range list {
		if content, ok := tree.Blob(dgst); ok {
			to[dgst] = content
		}
	}
}

// domainsOf tells from which domains a cluster image says its images come.
func domainsOf(images []sealer.ContainerImage) map[string][]string {
	domains := map[string][]string{}
	for _, image := range images {
		if ref, err := reference.Parse(image.Image); err == nil {
			domains[ref.Local()] = append(domains[ref.Local()], ref.Domain)
		}
	}
	return domains
}

// missing tells whether an error says that the store lacks something.
func missing(err error) bool { return errors.Is(err, store.ErrNotFound) }
