package rehearse

import (
	"fmt"

	"github.com/containerd/platforms"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// Inventory is all that an upstream has to stand in for.
type Inventory struct {
	Images []Image
	Charts []Chart
	Files  []File
}

// Image asks for a stand-in of a container image. The first of a name counts.
type Image struct {
	// Name is the image's reference; docker.io, library/ and :latest may be left
	// out. A digest in it is replaced, see [Upstream.Pin].
	Name string
	// Size is what one platform's layers weigh as published, in bytes.
	// 0: 64 MiB.
	Size int64
	// Platforms of the index, such as "linux/amd64". nil: linux/amd64 and
	// linux/arm64.
	Platforms []string
}

// Chart asks for a stand-in of a Helm chart.
type Chart struct {
	// Repo is the repository's URL, http(s) or oci, without the chart's name.
	Repo string
	// Name and Version of the chart.
	Name, Version string
	// Images are what its templates render, one container each.
	Images []string
	// Arguments are images that its templates name in container arguments only.
	Arguments []string
	// Objects are further documents to render, in YAML, as they are.
	Objects []string
	// Archive is a chart's archive, to be served as it is instead of a stand-in.
	Archive []byte
}

// File asks for a stand-in of a download.
type File struct {
	// URL is where the real one is published. Its extension tells what the
	// stand-in is: a manifest (.yaml, .yml), an archive (.tar, .tar.gz, .tgz,
	// .tar.xz, .zip, .jar), or else plain bytes.
	URL string
	// Size of the real one in bytes; 0 leaves the stand-in as small as it gets.
	Size int64
	// Images of a manifest: a Deployment has one container each.
	Images []string
	// Arguments are images that a manifest names in container arguments only.
	Arguments []string
	// Objects are further documents of a manifest, in YAML, as they are.
	Objects []string
	// Edits will be made in the manifest: it has every text they look for, as
	// often as they look for it.
	Edits []catalog.Edit
	// Members are paths that an archive has to hold.
	Members []string
	// Data is a file's content, to be served as it is instead of a stand-in.
	Data []byte
}

// platforms is Platforms, parsed, with its default.
func (i Image) platforms() ([]ocispec.Platform, error) {
	names := i.Platforms
	if names == nil {
		names = []string{"linux/amd64", "linux/arm64"}
	}
	var parsed []ocispec.Platform
	for _, name := range names {
		p, err := platforms.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("image %s: platform %q: %w", i.Name, name, err)
		}
		parsed = append(parsed, p)
	}
	return parsed, nil
}

// defaultImageSize is the Size of an image whose size is not known.
const defaultImageSize = 64 << 20

// size is Size with its default.
func (i Image) size() int64 {
	if i.Size > 0 {
		return i.Size
	}
	return defaultImageSize
}
