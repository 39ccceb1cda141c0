package rehearse

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Fault is what goes wrong with one answer. The zero Fault is none.
type Fault struct {
	// Delay passes before anything is answered.
	Delay time.Duration
	// Status, when not 0, is answered instead of the content.
	Status int
	// RetryAfter is sent with Status, in whole seconds.
	RetryAfter time.Duration
	// Truncate, when not 0, cuts the connection after so many bytes of the body.
	Truncate int64
	// Corrupt flips a bit in the first byte of the body.
	Corrupt bool
}

// faulty lets answers go wrong as ask says. A nil ask lets all pass.
func faulty(next http.Handler, ask func(*http.Request, int) Fault) http.Handler {
	if ask == nil {
		return next
	}
	var mu sync.Mutex
	seen := map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.Method+r.URL.Path]++
		nth := seen[r.Method+r.URL.Path]
		mu.Unlock()
		fault := ask(r, nth)
		if !wait(r, fault.Delay) {
			return
		}
		if fault.Status != 0 {
			if fault.RetryAfter > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(fault.RetryAfter.Seconds())))
			}
			refuse(w, fault.Status, "UNKNOWN", "a fault that the rehearsal was asked for")
			return
		}
		next.ServeHTTP(&faultyWriter{ResponseWriter: w, fault: fault}, r)
	})
}

// wait lets the delay pass, unless the client goes away.
func wait(r *http.Request, delay time.Duration) bool {
	if delay <= 0 {
		return true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// faultyWriter spoils a body.
type faultyWriter struct {
	http.ResponseWriter
	fault Fault
	wrote int64
}

// Write passes on what the fault leaves.
func (w *faultyWriter) Write(p []byte) (int, error) {
	if w.fault.Corrupt && w.wrote == 0 && len(p) > 0 {
		p = append([]byte{p[0] ^ 1}, p[1:]...)
	}
	cut := w.fault.Truncate > 0 && w.wrote+int64(len(p)) > w.fault.Truncate
	if cut {
		p = p[:w.fault.Truncate-w.wrote]
	}
	n, err := w.ResponseWriter.Write(p)
	w.wrote += int64(n)
	if cut {
		http.NewResponseController(w.ResponseWriter).Flush() //nolint:errcheck // the connection ends here anyway
		panic(http.ErrAbortHandler)                          // the documented way to cut a connection
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *faultyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
