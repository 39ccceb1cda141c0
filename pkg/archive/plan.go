package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/store"
)

// blockSize is the unit of a tar; members are padded to it.
const blockSize = 512

// piece is one member of the tar to write: its header, then data or a blob, then
// padding.
type piece struct {
	header []byte
	data   []byte
	blob   ocispec.Descriptor // of size 0 and no digest when data is set
}

func (p piece) contentSize() int64 { return int64(len(p.data)) + p.blob.Size }

// padding is what fills the last block.
func (p piece) padding() []byte {
	return make([]byte, (blockSize-p.contentSize()%blockSize)%blockSize)
}

// size is the number of bytes the member takes in the tar.
func (p piece) size() int64 {
	return int64(len(p.header)) + p.contentSize() + int64(len(p.padding()))
}

// plan is the whole tar before a byte of it is written. It follows from the
// image alone, so that the same image always makes the same archive, and an
// interrupted one can be told from another.
type plan []piece

// newPlan finds what the archive of an image consists of.
func newPlan(ctx context.Context, from store.Reader, image store.Image, platform *ocispec.Platform) (plan, error) {
	root := image.Descriptor
	if platform != nil {
		var err error
		if root, err = selectPlatform(ctx, from.ReadAll, root, *platform); err != nil {
			return nil, err
		}
	}
	if !isIndex(root.MediaType) && !isManifest(root.MediaType) {
		return nil, fmt.Errorf("%s is %q, not an image", root.Digest, root.MediaType)
	}
	parts, err := walk(ctx, from.ReadAll, root)
	if err != nil {
		return nil, err
	}
	var p plan
	if err := p.addDocument(ocispec.ImageLayoutFile, ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion}); err != nil {
		return nil, err
	}
	if err := p.addDocument(ocispec.ImageIndexFile, layoutIndex(image.Name, root)); err != nil {
		return nil, err
	}
	p.add(tar.Header{Typeflag: tar.TypeDir, Name: ocispec.ImageBlobsDir + "/", Mode: 0o755}, piece{})
	seen := map[digest.Algorithm]bool{}
	for _, desc := range append(parts.documents, parts.blobs...) {
		if algorithm := desc.Digest.Algorithm(); !seen[algorithm] {
			seen[algorithm] = true
			p.add(tar.Header{Typeflag: tar.TypeDir, Name: ocispec.ImageBlobsDir + "/" + algorithm.String() + "/", Mode: 0o755}, piece{})
		}
		size, err := from.Stat(desc.Digest)
		if err != nil {
			return nil, fmt.Errorf("blob %s: %w", desc.Digest, err)
		}
		if size != desc.Size {
			return nil, fmt.Errorf("blob %s has %d bytes in the store, its manifest says %d", desc.Digest, size, desc.Size)
		}
		p.add(tar.Header{Name: blobPath(desc.Digest)}, piece{blob: desc})
	}
	return p, nil
}

// layoutIndex is index.json: the image and its name.
func layoutIndex(name string, root ocispec.Descriptor) ocispec.Index {
	desc := ocispec.Descriptor{MediaType: root.MediaType, Digest: root.Digest, Size: root.Size, Platform: root.Platform}
	if name != "" {
		desc.Annotations = map[string]string{ocispec.AnnotationRefName: name}
	}
	return ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{desc},
	}
}

func (p *plan) addDocument(name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.add(tar.Header{Name: name}, piece{data: data})
	return nil
}

// add completes the header of a member and appends it.
func (p *plan) add(header tar.Header, member piece) {
	if header.Typeflag == 0 {
		header.Typeflag, header.Mode = tar.TypeReg, 0o644
	}
	header.Size = member.contentSize()
	header.ModTime = time.Unix(0, 0)
	var block bytes.Buffer
	// Names are short and ASCII and the size fits, so there is no error to have.
	_ = tar.NewWriter(&block).WriteHeader(&header)
	member.header = block.Bytes()
	*p = append(*p, member)
}

// blobs counts the blobs from a piece on, and their bytes.
func (p plan) blobs() (count int, size int64) {
	for _, member := range p {
		if member.blob.Digest != "" {
			count++
			size += member.blob.Size
		}
	}
	return count, size
}
