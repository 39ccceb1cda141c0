package remote

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The times of exponential back-off: the first pause, and the longest.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

// pause is how long to wait before the attempt after the n-th (from 1). It
// doubles each time, and the upper half of it is left to chance so that many
// clients do not come back at once.
func (c *Client) pause(n int) time.Duration {
	d := firstPause << min(n-1, 16)
	if d > lastPause {
		d = lastPause
	}
	return d/2 + time.Duration(c.jitter()*float64(d/2))
}

// Wait pauses before the attempt after the n-th (from 1), for callers that try
// again by other means than the same request.
func (c *Client) Wait(ctx context.Context, n int) error { return c.sleep(ctx, c.pause(n)) }

// retryAfter reads the header of that name, in seconds or as a date
// (RFC 9110, 10.2.3), capped; 0 when there is none.
func (c *Client) retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	var d time.Duration
	if n, err := strconv.ParseInt(value, 10, 32); err == nil {
		d = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(value); err == nil {
		d = t.Sub(c.now())
	}
	return max(0, min(d, c.limits.RetryAfter))
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
