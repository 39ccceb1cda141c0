package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
)

// Request is one HTTP request, which may take several attempts.
type Request struct {
	// Subject names in errors what the request is for.
	Subject
	Method string
	URL    string
	Header http.Header
	// Scopes are the token scopes needed, as "repository:library/nginx:pull"
	// (distribution's token authentication specification).
	Scopes []string
	// Body opens the content to send, anew for each attempt; nil means none.
	// When it implements io.WriterTo it may be asked to write itself.
	Body func() (io.ReadCloser, error)
	// Size is the length of the content, in bytes.
	Size int64
	// Sent is told how many bytes of the content went out; nil is fine.
	Sent func(n int64)
	// Retried is told why a further attempt is made; nil is fine.
	Retried func(why error)
	// Accept lists statuses besides 2xx that are answers, not errors.
	Accept []int
	// Attempts is how often to try; 0 means as the limits say.
	Attempts int
	// Patience is how many times the idle time may pass; 0 means once. It is
	// for a registry that takes long to put an upload together.
	Patience int
}

// PullScope is the token scope to read a repository.
func PullScope(repository string) string { return "repository:" + repository + ":pull" }

// PushScope is the token scope to read and write a repository.
func PushScope(repository string) string { return "repository:" + repository + ":pull,push" }

// pushes tells whether a request is part of a push.
func (r *Request) pushes() bool {
	return slices.ContainsFunc(r.Scopes, func(s string) bool { return strings.HasSuffix(s, ":pull,push") })
}

// Do makes a request until it has an answer or cannot get one; then the error
// is an [*Error]. The caller must close the body: until then the request
// counts against the limits. What can pass is tried again: 408, 429, 5xx,
// broken and silent connections; nothing else.
func (c *Client) Do(ctx context.Context, r *Request) (*http.Response, error) {
	host := hostOf(r.URL)
	attempts := c.attempts(host, r.Attempts)
	for n := 1; ; n++ {
		resp, err := c.once(ctx, host, r)
		if err == nil {
			c.revive(host)
			return resp, nil
		}
		var e *Error
		if !errors.As(err, &e) { // the context ended
			return nil, err
		}
		e.Attempts = n
		if n >= attempts || !e.again {
			return nil, e
		}
		r.retried(e)
		if err := c.backOff(ctx, n, e); err != nil {
			return nil, err
		}
	}
}

func (r *Request) retried(why error) {
	if r.Retried != nil {
		r.Retried(why)
	}
}

// backOff waits before the attempt after the n-th. After a 429 with a time the
// host's gate is closed already, for all requests.
func (c *Client) backOff(ctx context.Context, n int, e *Error) error {
	if e.wait > 0 {
		return ctx.Err()
	}
	return c.sleep(ctx, c.pause(n))
}

// once makes one attempt.
func (c *Client) once(ctx context.Context, host string, r *Request) (*http.Response, error) {
	g := c.gate(host)
	if err := c.enter(ctx, g); err != nil {
		return nil, err
	}
	done := func() { c.total.Release(1); g.leave() }
	wctx, dog := watch(ctx, c.limits.Idle*time.Duration(max(1, r.Patience)))
	resp, err := c.send(wctx, host, r, dog)
	if err == nil {
		err = c.judge(host, r, resp, g)
	} else if ctx.Err() == nil {
		err = c.failure(host, r, statusOf(err), cause(wctx, err), nil)
	}
	if err != nil {
		dog.stop()
		done()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	dog.rest()
	resp.Body = &answerBody{ReadCloser: resp.Body, ctx: wctx, dog: dog, done: done}
	return resp, nil
}

// enter waits until the host and all hosts together bear another request.
func (c *Client) enter(ctx context.Context, g *gate) error {
	if err := g.enter(ctx); err != nil {
		return err
	}
	for d := g.closedFor(c.now()); d > 0; d = g.closedFor(c.now()) {
		if err := c.sleep(ctx, d); err != nil {
			g.leave()
			return err
		}
	}
	if err := c.total.Acquire(ctx, 1); err != nil {
		g.leave()
		return err
	}
	return nil
}

// send builds and sends the request.
func (c *Client) send(ctx context.Context, host string, r *Request, dog *watchdog) (*http.Response, error) {
	if len(r.Scopes) > 0 {
		ctx = auth.WithScopesForHost(ctx, host, r.Scopes...)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
	if err != nil {
		return nil, &LocalError{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // without it any encoding would do (RFC 9110, section 12.5.3)
	for k, v := range r.Header {
		req.Header[k] = slices.Clone(v)
	}
	if err := attach(req, r, dog); err != nil {
		return nil, err
	}
	if cred, ok, err := c.keys.configured(host); err != nil {
		return nil, err
	} else if ok && len(r.Scopes) == 0 && req.URL.Scheme == "https" {
		req.SetBasicAuth(cred.Username, cred.Password) // download sites often hide instead of challenging
	}
	return c.auth.Do(req)
}
