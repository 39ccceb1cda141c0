package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/opc-source/opc-image/pkg/ctxio"
)

// buffers are for copying into and out of the store.
var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// readFrom copies r to w piece by piece.
func readFrom(w io.Writer, r io.Reader) (int64, error) {
	buf := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, buf[:])
}

// copyContext is readFrom that ends early when ctx does.
func copyContext(ctx context.Context, w io.Writer, r io.Reader) (int64, error) {
	return readFrom(w, ctxio.Reader(ctx, r))
}

// publishBlob gives a complete file its name among the blobs.
func (s *Store) publishBlob(f *os.File, target string) error {
	err := s.publish(f, target)
	if errors.Is(err, os.ErrNotExist) { // the first blob of its algorithm
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return s.writeError(target, 0, err)
		}
		err = s.publish(f, target)
	}
	return s.writeError(target, 0, err)
}
