package runner

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Apply unpacks a layer over what is there: a tar, plain or compressed with gzip
// or zstd. Whiteouts remove, as the OCI layer specification says. Devices and
// pipes are left out: a RUN gets its own. Nothing is written outside the tree,
// whatever names and links the layer holds.
func (r *Rootfs) Apply(ctx context.Context, layer io.Reader) error {
	root, err := os.OpenRoot(r.root())
	if err != nil {
		return err
	}
	defer root.Close()
	plain, closer, err := decompress(layer)
	if err != nil {
		return fmt.Errorf("layer: %w", err)
	}
	defer closer()
	u := &unpacker{root: root, owners: r.owners, mine: map[string]bool{}, chown: os.Geteuid() == 0}
	limited := &limitedReader{ctx: ctx, r: plain, left: r.opts.MaxBytes, limit: r.opts.MaxBytes}
	archive := tar.NewReader(limited)
	for count := 1; ; count++ {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("layer: %w", err)
		}
		if count > r.opts.MaxEntries {
			return fmt.Errorf("layer: more than %d entries", r.opts.MaxEntries)
		}
		if err := u.entry(header, archive); err != nil {
			return fmt.Errorf("layer: entry %q: %w", header.Name, err)
		}
	}
}

// decompress recognises the compression by its first bytes.
func decompress(r io.Reader) (io.Reader, func(), error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	magic, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, nil, err
		}
		return z, func() { z.Close() }, nil
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	}
	return buffered, func() {}, nil
}

// limitedReader fails when more than limit bytes are read, or ctx is done.
type limitedReader struct {
	ctx         context.Context
	r           io.Reader
	left, limit int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("more than %d bytes unpacked", l.limit)
	}
	return n, err
}

// Whiteouts of the OCI layer specification.
const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
)

// localName is the name of an entry relative to the root, "." for the root.
func localName(name string) (string, error) {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", errors.New(`".." in the name`)
		}
	}
	if strings.ContainsRune(name, 0) {
		return "", errors.New("a zero byte in the name")
	}
	if name = strings.TrimPrefix(path.Clean("/"+name), "/"); name == "" {
		return ".", nil
	}
	return name, nil
}
