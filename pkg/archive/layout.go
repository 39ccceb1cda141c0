package archive

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Bounds on what is believed of an archive. Exceeding one is an error.
const (
	maxEntries  = 100_000 // members of a tar, blobs of an image
	maxDocument = 4 << 20 // bytes of an index or manifest
	maxDepth    = 4       // indexes within indexes
)

// blobPath is where the layout keeps a blob.
func blobPath(dgst digest.Digest) string {
	return path.Join(ocispec.ImageBlobsDir, dgst.Algorithm().String(), dgst.Encoded())
}

// blobDigest is the reverse of blobPath. It reports false for other files.
func blobDigest(name string) (digest.Digest, bool) {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || parts[0] != ocispec.ImageBlobsDir {
		return "", false
	}
	dgst := digest.Digest(parts[1] + ":" + parts[2])
	return dgst, dgst.Validate() == nil
}

// isBlobDir reports whether a file of this name claims to be a blob.
func isBlobDir(name string) bool { return strings.HasPrefix(name, ocispec.ImageBlobsDir+"/") }

// memberName checks a member of a tar and returns its name without "./". Only
// files and directories belong in an image layout; everything else is refused,
// not skipped, because no honest tool writes it. The name is empty for members
// without content.
func memberName(header *tar.Header) (string, error) {
	switch header.Typeflag {
	case tar.TypeReg:
	case tar.TypeDir, tar.TypeXGlobalHeader:
		return "", nil
	default:
		return "", fmt.Errorf("member %q is a link or device (type %q); an image layout has only files and directories", header.Name, header.Typeflag)
	}
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return "", fmt.Errorf("member %q is a sparse file; write the archive without --sparse", header.Name)
		}
	}
	name := strings.TrimPrefix(header.Name, "./")
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") {
		return "", fmt.Errorf("member %q: the name leads out of the archive or is not clean", header.Name)
	}
	if _, ok := blobDigest(name); isBlobDir(name) && !ok {
		return "", fmt.Errorf("member %q: a blob is named by its digest", header.Name)
	}
	return name, nil
}
