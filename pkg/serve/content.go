package serve

import (
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/store"
)

// maxManifest bounds what is read as a manifest, in bytes: the distribution
// specification lets registries refuse more than 4 MiB.
const maxManifest = 4 << 20

// open opens what a repository serves: a blob of the store, or else a stretch of
// a cluster image's layer.
func (g *Registry) open(dgst digest.Digest, at registryfs.Content) (store.Blob, error) {
	blob, err := g.store.Open(dgst)
	if err == nil || at.Layer == "" || !missing(err) {
		return blob, err
	}
	layer, err := g.store.Open(at.Layer)
	if err != nil {
		return nil, err
	}
	return stretch{io.NewSectionReader(layer, at.Offset, at.Size), layer}, nil
}

// stretch is content inside a layer.
type stretch struct {
	*io.SectionReader
	layer io.Closer
}

var _ store.Blob = stretch{}

// Close closes the layer.
func (s stretch) Close() error { return s.layer.Close() }

// WriteTo copies what is left.
func (s stretch) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, s.SectionReader) }

// manifest reads a manifest of a repository. A stretch of a layer is verified,
// since nobody did so before.
func (g *Registry) manifest(dgst digest.Digest, at registryfs.Content) (data []byte, err error) {
	blob, err := g.open(dgst, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, blob.Close()) }()
	if blob.Size() > maxManifest {
		return nil, fmt.Errorf("manifest %s has %d bytes, more than the %d that are read", dgst, blob.Size(), maxManifest)
	}
	if data, err = io.ReadAll(blob); err != nil {
		return nil, err
	}
	if got := dgst.Algorithm().FromBytes(data); got != dgst {
		return nil, fmt.Errorf("manifest %s: %w: it is %s", dgst, store.ErrCorrupt, got)
	}
	return data, nil
}
