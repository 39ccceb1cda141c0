package rootfs

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/store"
)

// content is where the bytes of a file are: in data, or in a blob from offset on.
type content struct {
	data   []byte
	blob   digest.Digest
	offset int64
	// layer tells that the blob is a layer; mediaType is that of one that has to
	// be decompressed.
	layer     bool
	mediaType string
}

// ReaderAtCloser is an open layer.
type ReaderAtCloser interface {
	io.ReaderAt
	io.Closer
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// open opens what holds the content; it begins at the offset.
func (c content) open(blobs store.Reader) (ReaderAtCloser, error) {
	switch {
	case c.blob == "":
		return inMemory{bytes.NewReader(c.data)}, nil
	case c.mediaType != "":
		return &stream{open: func() (io.ReadCloser, error) { return decompress(blobs, c.blob, c.mediaType) }}, nil
	}
	return blobs.Open(c.blob)
}

// compressed tells whether a layer of a media type is not plain tar.
func compressed(mediaType string) bool {
	return strings.HasSuffix(mediaType, "+gzip") || strings.HasSuffix(mediaType, ".gzip") || strings.HasSuffix(mediaType, "+zstd")
}

// decompress opens a compressed layer as the tar that it is.
func decompress(blobs store.Reader, layer digest.Digest, mediaType string) (io.ReadCloser, error) {
	blob, err := blobs.Open(layer)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(mediaType, "+zstd") {
		r, err := zstd.NewReader(blob, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return nil, errors.Join(err, blob.Close())
		}
		return unpacked{r, func() error { r.Close(); return blob.Close() }}, nil
	}
	r, err := gzip.NewReader(blob)
	if err != nil {
		return nil, errors.Join(err, blob.Close())
	}
	return unpacked{r, blob.Close}, nil
}

// maxWindow bounds the memory that reading a layer with zstd takes, in bytes.
const maxWindow = 256 << 20

type unpacked struct {
	io.Reader
	close func() error
}

func (u unpacked) Close() error { return u.close() }

// stream reads a compressed layer by offset, for one goroutine: forward it goes
// on, and backward it begins anew.
type stream struct {
	open func() (io.ReadCloser, error)
	r    io.ReadCloser
	pos  int64
}

func (s *stream) ReadAt(p []byte, offset int64) (int, error) {
	if s.r == nil || offset < s.pos {
		if err := s.Close(); err != nil {
			return 0, err
		}
		r, err := s.open()
		if err != nil {
			return 0, err
		}
		s.r, s.pos = r, 0
	}
	n, err := io.CopyN(io.Discard, s.r, offset-s.pos)
	s.pos += n
	if err != nil {
		return 0, err
	}
	read, err := io.ReadFull(s.r, p)
	s.pos += int64(read)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return read, err
}

func (s *stream) Close() error {
	if s.r == nil {
		return nil
	}
	r := s.r
	s.r = nil
	return r.Close()
}
