package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/store"
)

// containerdName is where containerd and docker put the full reference; they
// keep only the tag in the annotation of the specification.
const containerdName = "io.containerd.image.name"

// errNoLayout explains what a file without oci-layout may be.
var errNoLayout = errors.New("not an OCI image layout (there is no " + ocispec.ImageLayoutFile + "); " +
	"a docker-archive loses what makes a cluster image: save it as oci-archive; " +
	"what sealer saves of several platforms is a tar of archives: unpack it and load each")

// images reads oci-layout and index.json, whose content the arguments are, and
// gives each image its name.
func images(marker, index []byte, name string) ([]store.Image, error) {
	var layout ocispec.ImageLayout
	if err := json.Unmarshal(marker, &layout); err != nil {
		return nil, fmt.Errorf("%s: %w", ocispec.ImageLayoutFile, err)
	}
	if layout.Version != ocispec.ImageLayoutVersion {
		return nil, fmt.Errorf("%s: version %q, only %s is known", ocispec.ImageLayoutFile, layout.Version, ocispec.ImageLayoutVersion)
	}
	var list ocispec.Index
	if err := json.Unmarshal(index, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", ocispec.ImageIndexFile, err)
	}
	if len(list.Manifests) == 0 {
		return nil, fmt.Errorf("%s lists no image", ocispec.ImageIndexFile)
	}
	if name != "" && len(list.Manifests) > 1 {
		return nil, fmt.Errorf("one name was given (%s) for %d images", name, len(list.Manifests))
	}
	var found []store.Image
	taken := map[string]bool{}
	for _, desc := range list.Manifests {
		if !isIndex(desc.MediaType) && !isManifest(desc.MediaType) {
			return nil, fmt.Errorf("%s: %s is %q, not an image", ocispec.ImageIndexFile, desc.Digest, desc.MediaType)
		}
		full, err := imageName(desc, name)
		if err != nil {
			return nil, err
		}
		if taken[full] {
			return nil, fmt.Errorf("%s: two images are named %s", ocispec.ImageIndexFile, full)
		}
		taken[full] = true
		found = append(found, store.Image{Name: full, Descriptor: ocispec.Descriptor{
			MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size, Platform: desc.Platform,
		}})
	}
	return found, nil
}

// imageName is the full reference of an image: the one given, or else what its
// annotations say. A bare word such as "v1" is a tag without an image, which is
// what the specification allows and nobody can use.
func imageName(desc ocispec.Descriptor, given string) (string, error) {
	name := given
	for _, key := range []string{containerdName, ocispec.AnnotationRefName} {
		if name == "" {
			name = desc.Annotations[key]
		}
	}
	if given == "" && !strings.ContainsAny(name, "/:") {
		return "", fmt.Errorf("image %s has no full name in the archive (%q); give it one", desc.Digest, name)
	}
	ref, err := reference.Parse(name)
	if err != nil {
		return "", err
	}
	return ref.String(), nil
}

// missingLayout turns "no such file" into an explanation.
func missingLayout(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errNoLayout
	}
	return err
}
