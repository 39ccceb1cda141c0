package layer

import (
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
)

// Segment is a reference to a blob within a layer.
type Segment struct {
	Digest digest.Digest
	Size   int64 // bytes
	Offset int64 // of the first byte within the tar
}

// segment is a run of the tar: literal bytes, or a blob.
type segment struct {
	end     int64 // offset in the tar of the byte after it
	literal int64 // offset of its first byte in the literals
	blob    digest.Digest
}

// Recipe describes the bytes of one layer. It does not change, and may be used
// by many goroutines at a time. Memory is one index entry a segment, plus the
// literal bytes of a recipe that [New] made; those of a decoded recipe stay
// where it was decoded from.
type Recipe struct {
	segments []segment
	literals io.ReaderAt
	length   int64         // of the literals, bytes
	sum      digest.Digest // of the literals
	dgst     digest.Digest // of the encoded index
	blobs    int
}

// New makes the recipe of a layer that holds entries, in any order. Directories
// that are missing are added with mode 0755, owner 0:0 and the Unix epoch. It is
// an error when two entries of one name differ, or a name is not clean.
func New(entries []Entry) (*Recipe, error) {
	t := make(tree, len(entries))
	for i := range entries {
		if err := t.add(&entries[i]); err != nil {
			return nil, err
		}
	}
	if err := t.addParents(); err != nil {
		return nil, err
	}
	return build(t.sorted())
}

// Size is the size of the tar in bytes.
func (r *Recipe) Size() int64 {
	if len(r.segments) == 0 {
		return 0
	}
	return r.segments[len(r.segments)-1].end
}

// Digest identifies the recipe: it is the SHA-256 of the index, which names the
// blobs and the digest of the literal bytes. It is not the digest of the tar.
func (r *Recipe) Digest() digest.Digest { return r.dgst }

// Blobs lists the blobs the layer contains, in the order of the tar.
func (r *Recipe) Blobs() []Segment {
	list := make([]Segment, 0, r.blobs)
	var start int64
	for _, s := range r.segments {
		if s.blob != "" {
			list = append(list, Segment{Digest: s.blob, Size: s.end - start, Offset: start})
		}
		start = s.end
	}
	return list
}

// Verify reads the literal bytes and compares them with their digest. A recipe
// of New is always right; one of Decode is when the file is.
func (r *Recipe) Verify() error {
	v := r.sum.Verifier()
	if _, err := io.Copy(v, io.NewSectionReader(r.literals, 0, r.length)); err != nil {
		return fmt.Errorf("layer recipe: read literal bytes: %w", err)
	}
	if !v.Verified() {
		return fmt.Errorf("layer recipe: literal bytes do not match %s", r.sum)
	}
	return nil
}
