package rehearse

import (
	"bytes"
	"io"
)

// content is what a stand-in is made of: bytes that can be read from anywhere.
// It is safe for use by many readers.
type content interface {
	io.ReaderAt
	Size() int64
}

// literal is content held in memory.
type literal struct{ *bytes.Reader }

// newLiteral is content of the given bytes, which must not change any more.
func newLiteral(data []byte) literal { return literal{bytes.NewReader(data)} }

// part is a stretch of a [sequence].
type part struct {
	io.ReaderAt
	size int64
}

// Size is the number of bytes of the part.
func (p part) Size() int64 { return p.size }

// sequence is content put together from others, one after the other.
type sequence []content

// Size is the sum of the parts' sizes.
func (s sequence) Size() int64 {
	var total int64
	for _, c := range s {
		total += c.Size()
	}
	return total
}

// ReadAt reads across the parts.
func (s sequence) ReadAt(p []byte, off int64) (n int, err error) {
	for _, c := range s {
		if off >= c.Size() {
			off -= c.Size()
			continue
		}
		want := min(int64(len(p)-n), c.Size()-off)
		got, err := c.ReadAt(p[n:n+int(want)], off)
		n += got
		if int64(got) < want {
			return n, err
		}
		if n == len(p) {
			return n, nil
		}
		off = 0
	}
	return n, io.EOF
}
