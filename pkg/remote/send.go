package remote

import (
	"io"
	"net"
)

// sendChunk is how much is handed to the kernel between two signs of life.
const sendChunk = 4 << 20

// sendBody is the body of a request. What passes through it is reported, and
// when the source can write itself it may do so straight into the connection.
type sendBody struct {
	io.ReadCloser
	moved func(n int64)
}

func (b *sendBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.moved(int64(n))
	return n, err
}

// selfWriting is a sendBody whose source implements io.WriterTo.
type selfWriting struct {
	sendBody
	source io.WriterTo
}

var _ io.WriterTo = (*selfWriting)(nil)

func (b *selfWriting) WriteTo(w io.Writer) (int64, error) {
	return b.source.WriteTo(&movedWriter{w, b.moved})
}

func newSendBody(source io.ReadCloser, moved func(int64)) io.ReadCloser {
	b := sendBody{source, moved}
	if w, ok := source.(io.WriterTo); ok {
		return &selfWriting{b, w}
	}
	return &b
}

// movedWriter reports what is written. Sections of files are handed on in
// chunks, so that the kernel copies them without the bytes coming here.
type movedWriter struct {
	io.Writer
	moved func(int64)
}

func (w *movedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.moved(int64(n))
	return n, err
}

func (w *movedWriter) ReadFrom(r io.Reader) (int64, error) {
	to, ok := w.Writer.(io.ReaderFrom)
	if !ok {
		return io.Copy(writeOnly{w}, r)
	}
	rest := int64(1<<63 - 1)
	limited, isLimited := r.(*io.LimitedReader)
	if isLimited {
		r, rest = limited.R, limited.N
	}
	var total int64
	for rest > 0 {
		n, err := to.ReadFrom(&io.LimitedReader{R: r, N: min(rest, sendChunk)})
		w.moved(n)
		total += n
		rest -= n
		if isLimited {
			limited.N = rest
		}
		if err != nil || n == 0 {
			return total, err
		}
	}
	return total, nil
}

// writeOnly hides everything but Write.
type writeOnly struct{ io.Writer }

// sendConn is a TCP connection that lets the body of a request write itself.
// net/http hands a body of known length over as an io.LimitedReader, which
// would hide its WriteTo.
type sendConn struct{ *net.TCPConn }

// ReadFrom implements io.ReaderFrom.
func (c sendConn) ReadFrom(r io.Reader) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	body, ok := limited.R.(*selfWriting)
	if !ok {
		return c.TCPConn.ReadFrom(r)
	}
	n, err := body.WriteTo(c.TCPConn)
	limited.N -= n
	return n, err
}
