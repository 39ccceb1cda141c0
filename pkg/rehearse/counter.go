package rehearse

import (
	"cmp"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Count is what was asked of one path.
type Count struct {
	Path  string // as requested, /v2/… or /dl/…
	Gets  int    // GET requests, for a range or the whole
	Heads int    // HEAD requests
	Bytes int64  // of bodies written
	Taken int64  // bytes of bodies received
}

// counter counts what passes through a handler.
type counter struct {
	next   http.Handler
	mu     sync.Mutex
	counts map[string]*Count
}

// newCounter counts what next answers.
func newCounter(next http.Handler) *counter {
	return &counter{next: next, counts: map[string]*Count{}}
}

// ServeHTTP counts the request when it comes in, and the bytes as they go out.
func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	count := c.counts[r.URL.Path]
	if count == nil {
		count = &Count{Path: r.URL.Path}
		c.counts[r.URL.Path] = count
	}
	switch r.Method {
	case http.MethodGet:
		count.Gets++
	case http.MethodHead:
		count.Heads++
	}
	c.mu.Unlock()
	r.Body = countedBody{r.Body, func(n int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		count.Taken += int64(n)
	}}
	c.next.ServeHTTP(&countedWriter{w, func(n int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		count.Bytes += int64(n)
	}}, r)
}

// countedBody counts the bytes of a request's body.
type countedBody struct {
	io.ReadCloser
	read func(n int)
}

// Read passes on and reports.
func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read(n)
	return n, err
}

// countedWriter reports the bytes of a body.
type countedWriter struct {
	http.ResponseWriter
	wrote func(n int)
}

// Write passes on and reports.
func (w *countedWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.wrote(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// list is what was asked for so far, sorted by path.
func (c *counter) list() []Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make([]Count, 0, len(c.counts))
	for path := range maps.Keys(c.counts) {
		counts = append(counts, *c.counts[path])
	}
	slices.SortFunc(counts, func(a, b Count) int { return cmp.Compare(a.Path, b.Path) })
	return counts
}
