package remote

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// errRange is the cause when an answer is not the part that was asked for. The
// download starts again from nothing.
var errRange = errors.New("wrong part")

// bufferSize is what one read takes at most. Larger ones do not get faster.
const bufferSize = 128 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// receive writes an answer to the sink; start is where the asked part begins.
func (c *Client) receive(d *Download, resp *http.Response, dst Sink, start int64) error {
	err := c.take(d, resp, dst, start)
	if code := resp.Header.Get("Content-Encoding"); errors.Is(err, ErrContent) && code != "" {
		return fmt.Errorf("%w, and it came encoded as %s, which nobody asked for, as some proxies do", err, code)
	}
	return err
}

func (c *Client) take(d *Download, resp *http.Response, dst Sink, start int64) error {
	at, err := partStart(d, resp, start)
	if err != nil {
		if errors.Is(err, errRange) {
			if err := dst.Restart(); err != nil {
				return &LocalError{err}
			}
		}
		return err
	}
	if start > 0 && at == 0 { // the whole content, though a part was asked for
		if !d.Known {
			if err := dst.Restart(); err != nil {
				return &LocalError{err}
			}
			start = 0
		} else if _, err := io.CopyN(io.Discard, resp.Body, start); err != nil {
			return unexpected(err)
		}
	}
	if err := lengthFits(d, resp.ContentLength, at); err != nil {
		return err
	}
	return pour(d, resp.Body, dst, start)
}

// partStart tells where an answer begins.
func partStart(d *Download, resp *http.Response, start int64) (int64, error) {
	switch {
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return 0, fmt.Errorf("%w: the host has no bytes from %d on", errRange, start)
	case resp.StatusCode != http.StatusPartialContent:
		return 0, nil
	}
	value := resp.Header.Get("Content-Range")
	var from, to int64
	var size string
	_, err := fmt.Sscanf(value, "bytes %d-%d/%s", &from, &to, &size)
	wrong := err != nil || from != start || to < from
	wrong = wrong || d.Size >= 0 && size != "*" && size != fmt.Sprint(d.Size)
	wrong = wrong || resp.ContentLength >= 0 && resp.ContentLength != to-from+1
	if wrong {
		return 0, fmt.Errorf("%w: asked for the bytes from %d on, got Content-Range %q", errRange, start, value)
	}
	return from, nil
}

// lengthFits compares what an answer announces with what was promised.
func lengthFits(d *Download, length, at int64) error {
	switch {
	case length < 0:
		return nil
	case d.Size >= 0 && at+length != d.Size:
		return fmt.Errorf("%w: the answer ends at byte %d, the content must have %d", ErrContent, at+length, d.Size)
	case d.Size < 0 && at+length > d.Limit:
		return tooLarge(d)
	}
	return nil
}

func tooLarge(d *Download) error {
	return fmt.Errorf("%w: larger than the limit of %d bytes", ErrContent, d.Limit)
}

// pour copies until the end of an answer.
func pour(d *Download, src io.Reader, dst Sink, at int64) error {
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	for {
		n, err := src.Read(buf[:])
		at += int64(n)
		switch {
		case d.Size >= 0 && at > d.Size:
			return fmt.Errorf("%w: longer than the %d bytes it must have", ErrContent, d.Size)
		case d.Size < 0 && at > d.Limit:
			return tooLarge(d)
		}
		if n > 0 {
			if _, err := dst.Write(buf[:n]); err != nil {
				return &LocalError{err}
			}
		}
		if err == io.EOF {
			if d.Size >= 0 && at < d.Size {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// unexpected makes an early end what it is.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
