package remotetest

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Repeat is the same fault n times.
func Repeat(n int, f Fault) []Fault {
	faults := make([]Fault, n)
	for i := range faults {
		faults[i] = f
	}
	return faults
}

// Status answers with a status and headers, given as name, value, name, value.
func Status(status int, headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
	}
}

// Reset drops the connection without an answer.
func Reset(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// Truncate drops the connection after n bytes of the good answer.
func Truncate(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		good.ServeHTTP(&cutter{w, n, func() { panic(http.ErrAbortHandler) }}, r)
	}
}

// Stall falls silent after n bytes of the good answer, until the client goes.
func Stall(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		good.ServeHTTP(&cutter{w, n, func() {
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}}, r)
	}
}

// Swallow reads n bytes of the request and then drops the connection. What was
// read reaches the good path first.
func Swallow(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(r.Body, n), r.Body}
		good.ServeHTTP(discard{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}
}

// Flip changes the first byte of the good answer.
func Flip(w http.ResponseWriter, r *http.Request, good http.Handler) {
	good.ServeHTTP(&flipper{ResponseWriter: w}, r)
}

// Longer announces and sends n bytes more than the good answer.
func Longer(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		good.ServeHTTP(&longer{ResponseWriter: w, n: n}, r)
		_, _ = w.Write(make([]byte, n))
	}
}

// Encode sends the good answer with gzip around it, though nobody asked for that.
func Encode(w http.ResponseWriter, r *http.Request, good http.Handler) {
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	good.ServeHTTP(encoder{w, z}, r)
	z.Close() //nolint:errcheck // the client sees it
}

type encoder struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (e encoder) Write(p []byte) (int, error) { return e.z.Write(p) }

func (e encoder) WriteHeader(status int) {
	e.Header().Del("Content-Length")
	e.ResponseWriter.WriteHeader(status)
}

// IgnoreRange sends the whole content though a part was asked for.
func IgnoreRange(w http.ResponseWriter, r *http.Request, good http.Handler) {
	r.Header.Del("Range")
	good.ServeHTTP(w, r)
}

// WrongRange sends another part than the one asked for.
func WrongRange(w http.ResponseWriter, r *http.Request, good http.Handler) {
	r.Header.Set("Range", "bytes=1-2")
	good.ServeHTTP(w, r)
}

// Redirect sends the client to another URL.
func Redirect(to string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}
}

// cutter lets n bytes through and then ends the request.
type cutter struct {
	http.ResponseWriter
	left int
	end  func()
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) < c.left {
		c.left -= len(p)
		return c.ResponseWriter.Write(p)
	}
	_, _ = c.ResponseWriter.Write(p[:c.left])
	if f, ok := c.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
	c.end()
	return 0, fmt.Errorf("cut")
}

type flipper struct {
	http.ResponseWriter
	done bool
}

func (f *flipper) Write(p []byte) (int, error) {
	if !f.done && len(p) > 0 {
		p = append([]byte{p[0] ^ 1}, p[1:]...)
		f.done = true
	}
	return f.ResponseWriter.Write(p)
}

type longer struct {
	http.ResponseWriter
	n    int
	head bool
}

func (l *longer) Write(p []byte) (int, error) {
	if !l.head {
		l.WriteHeader(http.StatusOK)
	}
	return l.ResponseWriter.Write(p)
}

func (l *longer) WriteHeader(status int) {
	l.head = true
	if n, err := strconv.Atoi(l.Header().Get("Content-Length")); err == nil {
		l.Header().Set("Content-Length", strconv.Itoa(n+l.n))
	}
	l.ResponseWriter.WriteHeader(status)
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
