package layer

import (
	"archive/tar"
	"bytes"
	"fmt"
	"math"

	"github.com/opencontainers/go-digest"
)

// builder collects segments.
type builder struct {
	segments []segment
	literal  bytes.Buffer
	tar      *tar.Writer // writes literal
	blob     bool        // the entry before is a blob
	flushed  int64       // literal bytes that are in a segment
	end      int64
	blobs    int
}

// build makes a recipe of entries that are checked, complete and in order.
func build(entries []*Entry) (*Recipe, error) {
	var b builder
	b.literal.Grow(literals(entries))
	for _, e := range entries {
		if err := b.add(e); err != nil {
			return nil, err
		}
	}
	b.literal.Write(make([]byte, 2*block)) // end of the archive
	b.flush()
	return b.recipe(), nil
}

// literals is about how many literal bytes the tar has.
func literals(entries []*Entry) int {
	n := 4 * block
	for _, e := range entries {
		n += block + len(e.Data) + int(padding(e.size()))
	}
	return n
}

// add appends the header and content of e.
func (b *builder) add(e *Entry) error {
	if b.tar == nil || b.blob {
		b.tar = tar.NewWriter(&b.literal) // the one before waits for the bytes of a blob
	}
	b.blob = e.Blob != ""
	if err := b.tar.WriteHeader(header(e)); err != nil {
		return fmt.Errorf("entry %q: %w", e.Name, err)
	}
	size := e.size()
	if size > math.MaxInt64-b.end-int64(b.literal.Len())-4*block {
		return fmt.Errorf("entry %q: layer is larger than 2^63 bytes", e.Name)
	}
	if e.Blob == "" {
		if _, err := b.tar.Write(e.Data); err != nil {
			return fmt.Errorf("entry %q: %w", e.Name, err)
		}
		return b.tar.Flush()
	}
	if size > 0 {
		b.flush()
		b.end += size
		b.segments = append(b.segments, segment{end: b.end, blob: e.Blob})
		b.blobs++
		b.literal.Write(zeros[:padding(size)])
	}
	return nil
}

// flush ends the literal segment.
func (b *builder) flush() {
	n := int64(b.literal.Len()) - b.flushed
	if n == 0 {
		return
	}
	b.end += n
	b.segments = append(b.segments, segment{end: b.end, literal: b.flushed})
	b.flushed += n
}

func (b *builder) recipe() *Recipe {
	r := &Recipe{
		segments: b.segments,
		literals: bytes.NewReader(b.literal.Bytes()),
		length:   b.flushed,
		sum:      digest.FromBytes(b.literal.Bytes()),
		blobs:    b.blobs,
	}
	r.dgst = digest.FromBytes(encodeIndex(r))
	return r
}
