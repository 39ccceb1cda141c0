package rehearse

import (
	"encoding/binary"
	"io"
)

// gzipped is a gzip stream (RFC 1952) of stored blocks (RFC 1951, 3.2.4) around
// a content: valid for every reader, and as quick to read at any offset as the
// content itself.
type gzipped struct {
	raw content
	crc uint32 // of raw, CRC-32 (IEEE)
}

const (
	gzipHead   = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" // no name, no time, unknown system
	gzipTail   = 8                                          // CRC-32 and length
	storedHead = 5                                          // final flag, length and its complement
	storedMax  = 32 << 10                                   // content of one stored block
)

var _ content = gzipped{}

// blocks is how many stored blocks the content needs; at least the final one.
func (g gzipped) blocks() int64 {
	return max(1, (g.raw.Size()+storedMax-1)/storedMax)
}

// Size is the length of the whole gzip stream.
func (g gzipped) Size() int64 {
	return int64(len(gzipHead)) + g.blocks()*storedHead + g.raw.Size() + gzipTail
}

// ReadAt reads the gzip stream at any offset.
func (g gzipped) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		got, err := g.readPiece(p[n:], off+int64(n))
		n += got
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// readPiece reads from the one piece of the stream that off lies in: the head,
// a block's head, a block's content, or the tail.
func (g gzipped) readPiece(p []byte, off int64) (int, error) {
	if off < int64(len(gzipHead)) {
		return copy(p, gzipHead[off:]), nil
	}
	tail := g.Size() - gzipTail
	if off >= g.Size() {
		return 0, io.EOF
	}
	if off >= tail {
		return copy(p, g.tail()[off-tail:]), nil
	}
	off -= int64(len(gzipHead))
	block, within := off/(storedHead+storedMax), off%(storedHead+storedMax)
	length := min(storedMax, g.raw.Size()-block*storedMax)
	if within < storedHead {
		return copy(p, g.blockHead(block, length)[within:]), nil
	}
	within -= storedHead
	want := min(int64(len(p)), length-within)
	return g.raw.ReadAt(p[:want], block*storedMax+within)
}

// blockHead is the header of a stored block.
func (g gzipped) blockHead(block, length int64) []byte {
	head := make([]byte, storedHead)
	if block == g.blocks()-1 {
		head[0] = 1
	}
	binary.LittleEndian.PutUint16(head[1:], uint16(length))
	binary.LittleEndian.PutUint16(head[3:], ^uint16(length))
	return head
}

// tail is the end of the stream.
func (g gzipped) tail() []byte {
	tail := make([]byte, gzipTail)
	binary.LittleEndian.PutUint32(tail, g.crc)
	binary.LittleEndian.PutUint32(tail[4:], uint32(g.raw.Size()))
	return tail
}
