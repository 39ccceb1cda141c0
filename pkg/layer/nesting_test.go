package layer

import (
	"testing"

	"github.com/opencontainers/go-digest"
)

// nesting is a directory in which one blob is itself a layer.
type nesting struct {
	directory
	r    *Recipe
	dgst digest.Digest
}

func (n *nesting) digest(t testing.TB) digest.Digest {
	n.dgst = digest.FromBytes(tarOf(t, n.r, n.directory))
	return n.dgst
}

func (n *nesting) Open(dgst digest.Digest) (Blob, error) {
	if dgst == n.dgst {
		return n.r.Open(n.directory), nil
	}
	return n.directory.Open(dgst)
}
