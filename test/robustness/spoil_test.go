package robustness

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

// spoil answers some requests in another way.
type spoil struct {
	path  string // a text that the paths of these requests have
	times int    // how often for each path; 0 is always
	with  func(w http.ResponseWriter, r *http.Request, next http.Handler)
}

// upstream is next with some answers spoiled.
func (s spoil) upstream(next http.Handler) http.HandlerFunc {
	var mu sync.Mutex
	seen := map[string]int{}
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		hit := strings.Contains(r.URL.Path, s.path) && (s.times == 0 || seen[r.URL.Path] < s.times)
		if hit {
			seen[r.URL.Path]++
		}
		mu.Unlock()
		if hit {
			s.with(w, r, next)
		} else {
			next.ServeHTTP(w, r)
		}
	}
}

func status(code int, header ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// limited passes on n bytes of a body and then does something else.
type limited struct {
	http.ResponseWriter
	left int
	then func()
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) <= l.left {
		l.left -= len(p)
		return l.ResponseWriter.Write(p)
	}
	n, _ := l.ResponseWriter.Write(p[:l.left])
	http.NewResponseController(l.ResponseWriter).Flush() //nolint:errcheck // it ends here anyway
	l.then()
	return n, http.ErrAbortHandler
}

// cut breaks the connection after some bytes.
func cut(after int) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&limited{w, after, func() { panic(http.ErrAbortHandler) }}, r)
	}
}

// stall falls silent after some bytes, until the client goes away.
func stall(after int) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&limited{w, after, func() { <-r.Context().Done(); panic(http.ErrAbortHandler) }}, r)
	}
}

// lie answers something of the same length.
func lie(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(liar{w}, r)
}

type liar struct{ http.ResponseWriter }

func (l liar) Write(p []byte) (int, error) {
	wrong := append([]byte{}, p...)
	for i := range wrong {
		wrong[i] ^= 0x55
	}
	return l.ResponseWriter.Write(wrong)
}

// reset ends the connection before any answer.
func reset(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// whole answers with everything, whatever part was asked for.
func whole(w http.ResponseWriter, r *http.Request, next http.Handler) {
	r.Header.Del("Range")
	next.ServeHTTP(w, r)
}

// altered answers what change makes of a good answer, with its length.
func altered(change func(body []byte, h http.Header) []byte) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		good := httptest.NewRecorder()
		next.ServeHTTP(good, r)
		body := change(good.Body.Bytes(), good.Header())
		maps.Copy(w.Header(), good.Header())
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(good.Code)
		w.Write(body) //nolint:errcheck // the client sees it
	}
}

// elsewhere says that a part is another one than it is.
var elsewhere = altered(func(body []byte, h http.Header) []byte {
	h.Set("Content-Range", strings.Replace(h.Get("Content-Range"), "bytes ", "bytes 1", 1))
	return body
})

// inTurn does one after the other with each path.
func inTurn(list ...func(http.ResponseWriter, *http.Request, http.Handler)) func(http.ResponseWriter, *http.Request, http.Handler) {
	var mu sync.Mutex
	at := map[string]int{}
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		n := at[r.URL.Path]
		at[r.URL.Path]++
		mu.Unlock()
		list[n](w, r, next)
	}
}
