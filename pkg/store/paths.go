package store

import (
	"fmt"
	"path/filepath"
	"strings"

	_ "crypto/sha256" // the algorithms a digest may name
	_ "crypto/sha512"

	"github.com/opencontainers/go-digest"
)

// The parts of a store.
const (
	blobsDir   = "blobs"
	ingestDir  = "ingest"
	recipesDir = "recipes"
	layersDir  = "layers"
	locksDir   = "locks"
	madeDir    = "made"    // what was made from inputs of a digest
	corruptDir = "corrupt" // what Fsck moved away
	indexFile  = "index.json"
	layoutFile = "oci-layout"

	tempPrefix  = "tmp-"   // in ingestDir: of no use to anybody but its writer
	dirtyPrefix = "dirty-" // in locksDir: markers
	memoSuffix  = ".layer" // in recipesDir: the layer a recipe makes
)

func (s *Store) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// blobPath is where the blob is, or would be. The digest is checked, so that it
// cannot name a file elsewhere.
func (s *Store) blobPath(dgst digest.Digest) (string, error) {
	if !plain(dgst) {
		if err := dgst.Validate(); err != nil {
			return "", fmt.Errorf("digest %.100q: %w", string(dgst), err)
		}
	}
	return s.path(blobsDir, dgst.Algorithm().String(), dgst.Encoded()), nil
}

// plain tells the usual valid digest, a SHA-256 in lower case, in a fraction of the
// time that Validate takes with its regular expressions.
func plain(dgst digest.Digest) bool {
	hex, ok := strings.CutPrefix(string(dgst), "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}

// flat is a validated digest as one file name.
func flat(dgst digest.Digest) string {
	return dgst.Algorithm().String() + "-" + dgst.Encoded()
}

// unflat reverses flat.
func unflat(name string) (digest.Digest, bool) {
	algorithm, hex, ok := strings.Cut(name, "-")
	dgst := digest.Digest(algorithm + ":" + hex)
	return dgst, ok && dgst.Validate() == nil
}
