package archive

import (
	"archive/tar"
	"bytes"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// TestLargeBlob writes the header of a blob that is too large for the size field
// of the old tar format.
func TestLargeBlob(t *testing.T) {
	t.Parallel()
	const size = 9 << 30
	var p plan
	blob := ocispec.Descriptor{Digest: digest.FromString("x"), Size: size}
	p.add(tar.Header{Name: blobPath(blob.Digest)}, piece{blob: blob})
	header, err := tar.NewReader(bytes.NewReader(p[0].header)).Next()
	if err != nil {
		t.Fatal(err)
	}
	if header.Size != size || header.Name != blobPath(blob.Digest) || header.Mode != 0o644 {
		t.Errorf("header reads back as %+v", header)
	}
	if name, err := memberName(header); err != nil || name == "" {
		t.Errorf("Load refuses it: %v", err)
	}
	if got, want := p[0].size(), int64(len(p[0].header))+size; got != want {
		t.Errorf("%d bytes in the tar, want %d", got, want)
	}
	if count, bytes := p.blobs(); count != 1 || bytes != size {
		t.Errorf("%d blobs of %d bytes", count, bytes)
	}
}
