package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Sink takes the content of a download. It keeps what it got when a download
// breaks, so that the next attempt, or the next run, goes on from there.
type Sink interface {
	// Write appends. Its errors end the download as [LocalError] failures.
	Write(p []byte) (int, error)
	// Offset is how many bytes it has.
	Offset() int64
	// Restart throws them away.
	Restart() error
}

// Download is content to get by URL.
type Download struct {
	// Request is the GET. It may take Accept and Method as they are.
	Request
	// Size is the length the content must have; -1 when not known.
	Size int64
	// Limit is the most bytes taken when Size is -1.
	Limit int64
	// Known tells that the sink verifies a digest in the end. Then the parts
	// of several answers may be put together freely; otherwise only when a
	// strong ETag says that they belong together (RFC 9110, 13.1.5).
	Known bool
}

// lively is how many bytes make an attempt count as progress.
const lively = 64 << 10

// Download fills a sink, asking only for the bytes it lacks. A connection that
// breaks or falls silent is followed by a request, at the first URL again, for
// the rest; the attempts are counted anew after progress. It returns the ETag.
func (c *Client) Download(ctx context.Context, d *Download, dst Sink) (etag string, err error) {
	host := hostOf(d.URL)
	for n, total := 1, 1; ; n, total = n+1, total+1 {
		if d.Size >= 0 && dst.Offset() == d.Size {
			return etag, nil
		}
		before := dst.Offset()
		etag, err = c.part(ctx, d, dst, etag)
		if err == nil {
			return etag, nil
		}
		var e *Error
		if !errors.As(err, &e) {
			return etag, err
		}
		if dst.Offset() >= before+lively {
			n = 1
		}
		e.Attempts = max(e.Attempts, total)
		if !e.broken || n >= c.attempts(host, d.Attempts) || total >= 10*c.limits.Attempts {
			return etag, err
		}
		d.retried(e)
		if err := c.sleep(ctx, c.pause(n)); err != nil {
			return etag, err
		}
	}
}

// part makes one request and takes what it yields.
func (c *Client) part(ctx context.Context, d *Download, dst Sink, etag string) (string, error) {
	r := d.Request
	r.Method = http.MethodGet
	r.Header = r.Header.Clone()
	start := dst.Offset()
	if start > 0 && (d.Size >= 0 && start > d.Size || !d.Known && !strong(etag)) {
		if err := dst.Restart(); err != nil {
			return "", &LocalError{err}
		}
		start = 0
	}
	if start > 0 {
		if r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Set("Range", rangeFrom(start, d.Size))
		if !d.Known {
			r.Header.Set("If-Range", etag)
		}
		r.Accept = append([]int{http.StatusRequestedRangeNotSatisfiable}, r.Accept...)
	}
	resp, err := c.Do(ctx, &r)
	if err != nil {
		return etag, err
	}
	defer resp.Body.Close()
	if t := resp.Header.Get("ETag"); t != "" {
		etag = t
	}
	err = c.receive(d, resp, dst, start)
	if err == nil {
		return etag, nil
	}
	if ctx.Err() != nil {
		return etag, context.Cause(ctx)
	}
	var local *LocalError
	if errors.As(err, &local) {
		return etag, err
	}
	e := c.failure(hostOf(d.URL), &r, 0, err, nil)
	e.Attempts, e.broken = 1, e.again || errors.Is(err, errRange)
	return etag, e
}

// rangeFrom asks for the bytes from start on. The end is named when it is
// known, because some registries want it.
func rangeFrom(start, size int64) string {
	if size < 0 {
		return fmt.Sprintf("bytes=%d-", start)
	}
	return fmt.Sprintf("bytes=%d-%d", start, size-1)
}

// strong tells whether an ETag vouches for each byte (RFC 9110, 8.8.1).
func strong(etag string) bool {
	return len(etag) > 2 && !strings.HasPrefix(etag, "W/")
}
