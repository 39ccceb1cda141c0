package layer

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
)

// buffers are for destinations that do not read from a file themselves.
var buffers = sync.Pool{New: func() any { return new([128 << 10]byte) }}

// WriteTo writes what is left of the tar to w. A destination that reads from
// files itself, such as a TCP connection or an HTTP response, is given the files
// of the store, so that the bytes need not pass through this process.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	if r.closed {
		return 0, fs.ErrClosed
	}
	buf := buffers.Get().(*[128 << 10]byte)
	defer buffers.Put(buf)
	var total int64
	for {
		i, start, left := r.locate()
		if left == 0 {
			return total, nil
		}
		src, err := r.source(i, start, left)
		if err != nil {
			return total, err
		}
		n, err := io.CopyBuffer(w, src, buf[:])
		total += n
		r.pos += n
		s := r.recipe.segments[i]
		if s.blob != "" {
			r.next = r.pos
		}
		if err == nil && n != left {
			err = shrunk(s.blob, r.pos-start, s.end-start)
		}
		if err != nil {
			return total, errors.Join(err, r.release()) // it may stand anywhere
		}
	}
}

// source reads the left bytes of segment i, which starts at start. It hides any
// WriteTo, so that the destination's ReadFrom, or the buffer, is used.
func (r *Reader) source(i int, start, left int64) (io.Reader, error) {
	s := r.recipe.segments[i]
	if s.blob == "" {
		return &io.LimitedReader{R: io.NewSectionReader(r.recipe.literals, s.literal+r.pos-start, left), N: left}, nil
	}
	if err := r.use(i, start); err != nil {
		return nil, err
	}
	var src io.Reader = r.blob
	if f, ok := r.blob.(interface{ File() *os.File }); ok {
		src = f.File()
	} else if left == s.end-start {
		return nested{r.blob}, nil
	}
	return &io.LimitedReader{R: src, N: left}, nil
}

// nested is a blob that is read whole: its own WriteTo knows its files.
type nested struct{ Blob }
