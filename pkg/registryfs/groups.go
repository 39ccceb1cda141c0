package registryfs

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
)

// fileMode of the tree, whose directories get the 0755 of package layer. What
// stands there is what everybody in the cluster may pull, so a registry that
// does not run as root can read it too. sealer has 0600 and 0750.
const fileMode = 0o644

// Groups lays out the images of one cluster image: the entries that each owner
// needs, sorted by owner and name. An entry that several owners need stands in
// the group of each, for layer.Pack to share. All mistakes are reported at once.
//
// Empty directories that a registry makes for uploads are left out: it makes
// them when it needs them.
func Groups(images []Image) ([]layer.Group, error) {
	images = slices.Clone(images)
	slices.SortStableFunc(images, func(a, b Image) int { return cmp.Compare(a.Ref.String(), b.Ref.String()) })
	var errs []error
	for _, image := range images {
		errs = append(errs, image.check())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	tagged, err := tags(images)
	if err != nil {
		return nil, err
	}

	tree := builder{owners: map[string][]layer.Entry{}, sizes: map[digest.Digest]int64{}}
	for _, image := range images {
		if err := tree.add(image, tagged); err != nil {
			return nil, fmt.Errorf("image %s: %w", image.Ref, err)
		}
	}
	return tree.groups(), nil
}

// builder collects entries by owner. What images of one owner share stands there
// for each of them: what a name holds follows from the name, but for the size of
// a blob, which is checked.
type builder struct {
	owners map[string][]layer.Entry
	sizes  map[digest.Digest]int64
}

// add lays out one image.
func (b *builder) add(image Image, tagged map[string]Image) error {
	repository := image.Ref.Local()
	for _, blob := range image.blobs() {
		if err := b.blob(image.Owners, blob); err != nil {
			return err
		}
	}
	link := func(kind Kind, dgst digest.Digest) {
		b.link(image.Owners, Path{Kind: kind, Repository: repository, Digest: dgst}, dgst)
	}
	link(Revision, image.Root.Digest)
	for _, manifest := range image.Manifests {
		link(Revision, manifest.Descriptor.Digest)
		link(Layer, manifest.Config.Digest)
		for _, blob := range manifest.Layers {
			link(Layer, blob.Digest)
		}
	}
	tag := image.Ref.Tag
	if holder, ok := tagged[repository+":"+tag]; ok && holder.Root.Digest == image.Root.Digest {
		b.link(image.Owners, Path{Kind: Tag, Repository: repository, Tag: tag}, image.Root.Digest)
		b.link(image.Owners, Path{Kind: TagIndex, Repository: repository, Tag: tag, Digest: image.Root.Digest}, image.Root.Digest)
	}
	return nil
}

func (b *builder) blob(owners []string, desc ocispec.Descriptor) error {
	if size, ok := b.sizes[desc.Digest]; ok && size != desc.Size {
		return fmt.Errorf("%s is said to have %d bytes, and %d elsewhere", desc.Digest, desc.Size, size)
	}
	b.sizes[desc.Digest] = desc.Size
	name := Path{Kind: Blob, Digest: desc.Digest}.String()
	b.put(owners, layer.Entry{Name: name, Mode: fileMode, Blob: desc.Digest, Size: desc.Size})
	return nil
}

func (b *builder) link(owners []string, path Path, to digest.Digest) {
	b.put(owners, layer.Entry{Name: path.String(), Mode: fileMode, Data: []byte(to)})
}

func (b *builder) put(owners []string, entry layer.Entry) {
	for _, owner := range owners {
		b.owners[owner] = append(b.owners[owner], entry)
	}
}

func (b *builder) groups() []layer.Group {
	var groups []layer.Group
	for _, owner := range slices.Sorted(maps.Keys(b.owners)) {
		entries := b.owners[owner]
		slices.SortFunc(entries, func(a, b layer.Entry) int { return strings.Compare(a.Name, b.Name) })
		entries = slices.CompactFunc(entries, func(a, b layer.Entry) bool { return a.Name == b.Name })
		groups = append(groups, layer.Group{Name: owner, Entries: entries})
	}
	return groups
}
