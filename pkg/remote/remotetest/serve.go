package remotetest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &Entry{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Range: r.Header.Get("Range"),
		ContentRange: r.Header.Get("Content-Range"), Authorization: r.Header.Get("Authorization"),
	}
	fault := s.next(r)
	s.mu.Lock()
	s.log = append(s.log, e)
	s.mu.Unlock()
	rec := &recorder{ResponseWriter: w, mu: &s.mu, entry: e}
	if fault != nil {
		fault(rec, r, s.good)
		return
	}
	s.good.ServeHTTP(rec, r)
}

func (s *Server) next(r *http.Request) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, rule := range s.rules {
		if rule.method != "" && rule.method != r.Method || !strings.Contains(r.URL.Path, rule.part) {
			continue
		}
		fault := rule.faults[0]
		rule.faults = rule.faults[1:]
		if len(rule.faults) == 0 {
			s.rules = slices.Delete(s.rules, i, i+1)
		}
		return fault
	}
	return nil
}

// recorder notes status and bytes of an answer.
type recorder struct {
	http.ResponseWriter
	mu    *sync.Mutex
	entry *Entry
}

func (r *recorder) note(status int, sent int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.entry.Status == 0 {
		r.entry.Status = status
	}
	r.entry.Sent += int64(sent)
}

func (r *recorder) WriteHeader(status int) {
	r.note(status, 0)
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.note(http.StatusOK, len(p)) // before the client can see it
	return r.ResponseWriter.Write(p)
}

func (r *recorder) Flush() {
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}
