package registryfs

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
)

// Tar is an uncompressed layer, open for reading; the store's blobs are one.
type Tar interface {
	io.ReadSeeker
	io.ReaderAt
}

// AddLayer takes in a layer of a cluster image, on top of those added before.
// It reads headers and links, and skips the rest.
func (t *Tree) AddLayer(dgst digest.Digest, tar Tar) error {
	// Whiteouts hide what lower layers have, wherever they stand in this one.
	var rest []layer.Member
	for member, err := range layer.List(tar) {
		if err != nil {
			return fmt.Errorf("layer %s: %w", dgst, err)
		}
		if member.Kind != layer.File {
			continue
		}
		if strings.HasPrefix(path.Base(member.Name), ".wh.") {
			if err := t.Add(member.Name, Content{}, nil); err != nil {
				return err
			}
		} else if _, ok := ParsePath(member.Name); ok {
			rest = append(rest, member)
		}
	}
	for _, member := range rest {
		at := Content{Layer: dgst, Offset: member.Offset, Size: member.Size}
		if err := t.Add(member.Name, at, io.NewSectionReader(tar, member.Offset, member.Size)); err != nil {
			return fmt.Errorf("layer %s: %w", dgst, err)
		}
	}
	return nil
}
