package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Bounds on what a compressed archive may become. Layers of images hardly
// compress; an archive that grows a hundredfold is made to fill a disk.
const (
	freeGrowth = 1 << 30 // bytes that may come out of however few
	maxRatio   = 100     // bytes out of one byte, beyond that
	maxWindow  = 128 << 20
)

// How the compressions that people use for tars begin.
var (
	gzipMagic  = []byte{0x1f, 0x8b}
	zstdMagic  = []byte{0x28, 0xb5, 0x2f, 0xfd}
	otherMagic = map[string][]byte{"xz": {0xfd, '7', 'z', 'X', 'Z'}, "bzip2": []byte("BZh"), "lz4": {0x04, 0x22, 0x4d, 0x18}}
)

// isCompressed looks at the beginning of a file.
func isCompressed(r io.Reader) (bool, error) {
	head := make([]byte, 6)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	head = head[:n]
	for name, magic := range otherMagic {
		if bytes.HasPrefix(head, magic) {
			return false, fmt.Errorf("compressed with %s; gzip and zstd can be read", name)
		}
	}
	return bytes.HasPrefix(head, gzipMagic) || bytes.HasPrefix(head, zstdMagic), nil
}

// decompress returns the tar in r, which may be compressed or not.
func decompress(r *bufio.Reader) (io.ReadCloser, error) {
	head, _ := r.Peek(6) // what is too short is no tar either
	compressed, err := isCompressed(bytes.NewReader(head))
	if err != nil || !compressed {
		return io.NopCloser(r), err
	}
	in := &counter{r: r}
	if bytes.HasPrefix(head, gzipMagic) {
		plain, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		return &bounded{ReadCloser: plain, in: in, free: freeGrowth}, nil
	}
	plain, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return &bounded{ReadCloser: plain.IOReadCloser(), in: in, free: freeGrowth}, nil
}

// counter counts the bytes read.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte keeps gzip from putting another buffer in between.
func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// bounded fails when more comes out than free bytes and maxRatio allow.
type bounded struct {
	io.ReadCloser
	in   *counter
	free int64
	out  int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.out += int64(n)
	if b.out > b.free+maxRatio*b.in.n {
		return 0, fmt.Errorf("the archive grows more than %d times when decompressed; it is made to fill a disk", maxRatio)
	}
	return n, err
}
