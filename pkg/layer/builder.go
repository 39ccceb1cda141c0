package layer

import (
	"bytes"
	"fmt"
	"math"

	"github.com/opencontainers/go-digest"
)

// builder collects segments.
type builder struct {
	segments []segment
	literal  bytes.Buffer
	flushed  int64 // literal bytes that are in a segment
	end      int64
	blobs    int
}

// add appends the header and content of e.
func (b *builder) add(e *Entry) error {
	if err := writeHeader(&b.literal, e); err != nil {
		return err
	}
	size := e.size()
	if size > math.MaxInt64-b.end-int64(b.literal.Len())-4*block {
		return fmt.Errorf("entry %q: layer is larger than 2^63 bytes", e.Name)
	}
	if e.Blob == "" {
		b.literal.Write(e.Data)
	} else if size > 0 {
		b.flush()
		b.end += size
		b.segments = append(b.segments, segment{end: b.end, blob: e.Blob})
		b.blobs++
	}
	b.literal.Write(zeros[:padding(size)])
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
