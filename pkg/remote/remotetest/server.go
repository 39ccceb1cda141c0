// Package remotetest serves a registry that lives in memory and that fails as
// a test tells it to: it truncates, stalls, lies, refuses, redirects. It writes
// down every request, so that a test can tell which bytes moved.
package remotetest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Fault handles one request in the place of the good path.
type Fault func(w http.ResponseWriter, r *http.Request, good http.Handler)

// Entry is one request as it was served.
type Entry struct {
	Method, Path, Query, Range, ContentRange, Authorization string
	// Status is what was answered, Sent how many bytes of content.
	Status int
	Sent   int64
}

// Server serves a handler with faults. It closes with the test.
type Server struct {
	*httptest.Server
	good http.Handler

	mu    sync.Mutex
	rules []*rule
	log   []*Entry
}

type rule struct {
	method, part string
	faults       []Fault
}

// Serve starts a server on loopback, without TLS.
func Serve(t testing.TB, good http.Handler) *Server {
	s := &Server{good: good}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeTLS starts a server with a certificate of httptest's own authority.
func ServeTLS(t testing.TB, good http.Handler) *Server {
	s := &Server{good: good}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

// Close drops all connections and stops the server.
func (s *Server) Close() {
	s.CloseClientConnections()
	s.Server.Close()
}

// Host is host:port.
func (s *Server) Host() string { return s.Listener.Addr().String() }

// Fault adds faults for requests of a method ("" is any) whose path contains
// part. Each request uses up one; a nil fault takes the good path.
func (s *Server) Fault(method, part string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &rule{method, part, faults})
}

// Log returns the requests served so far whose method and path match.
func (s *Server) Log(method, part string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Entry
	for _, e := range s.log {
		if (method == "" || e.Method == method) && strings.Contains(e.Path, part) {
			found = append(found, *e)
		}
	}
	return found
}

// Sent sums the content bytes of the requests that match.
func (s *Server) Sent(method, part string) (n int64) {
	for _, e := range s.Log(method, part) {
		n += e.Sent
	}
	return n
}

// Forget empties the log.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}
