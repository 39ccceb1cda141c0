package robustness

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFaultsThatPass: trouble that a second try gets over leaves no trace in the
// result.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.must("alone", build("--lock=alone.lock")...)
	for name, fault := range map[string]spoil{
		"cut":           {path: "/team/image6/", times: 1, with: cut(400)},
		"stall":         {path: "/team/image7/blobs/", times: 1, with: stall(1000)},
		"reset":         {path: "/dl/", times: 1, with: reset},
		"500":           {path: "/team/image5/manifests/", times: 2, with: status(http.StatusInternalServerError)},
		"429":           {path: "/team/image1/manifests/1", times: 1, with: status(http.StatusTooManyRequests, "Retry-After", "1")},
		"range ignored": {path: "/team/image7/blobs/", times: 2, with: inTurn(cut(1000), whole)},
		"another range": {path: "/team/image7/blobs/", times: 2, with: inTurn(cut(1000), elsewhere)},
		"often cut":     {path: "/team/image7/blobs/", with: cut(300 << 10)}, // more often than there are attempts
		"503 and after": {path: "/team/image4/", times: 1, with: status(http.StatusServiceUnavailable, "Retry-After", "0")},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.let(fault.upstream(w.upstream))
			store := strings.ReplaceAll(name, " ", "-")
			r := w.must(store, build("--lock="+store+".lock")...)
			if digestIn(t, r.out) != digestIn(t, alone.out) {
				t.Errorf("%s, undisturbed %s", r.out, alone.out)
			}
			same(t, w.path("alone"), w.path(store))
		})
	}
}

// TestFaultsThatStay: the build lists every failure with image, platform, host,
// step, answer and advice, keeps what it got, and the next build fetches the
// rest.
func TestFaultsThatStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.must("alone", build("--lock=alone.lock")...)
	for name, test := range map[string]struct {
		fault spoil
		want  string
	}{
		"401":   {spoil{with: status(401)}, `401 Unauthorized; log in with "opc-image login`},
		"403":   {spoil{with: status(403)}, "403 Forbidden; this account may not do it"},
		"404":   {spoil{with: status(404)}, "404 Not Found; check the name"},
		"429":   {spoil{with: status(429)}, "429 Too Many Requests (3 attempts); the host limits requests"},
		"500":   {spoil{with: status(500)}, "500 Internal Server Error (3 attempts); the host has trouble"},
		"lie":   {spoil{with: lie}, "wrong content"},
		"short": {spoil{with: altered(func(body []byte, _ http.Header) []byte { return body[:len(body)/2] })}, "wrong content: the answer ends at byte "},
		"long":  {spoil{with: altered(func(body []byte, _ http.Header) []byte { return append(body, 'x') })}, "wrong content: the answer ends at byte "},
		"cut":   {spoil{with: cut(0)}, "(3 attempts); "},
		"reset": {spoil{with: reset}, "EOF (3 attempts); "},
		"stall": {spoil{with: stall(0)}, "nothing moved"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			test.fault.path = "/r1.example/team/image5/blobs/"
			w.let(test.fault.upstream(w.upstream))
			r := w.run(name, build("--lock="+name+".lock")...)
			if r.code != 1 {
				t.Fatalf("exit code %d", r.code)
			}
			wantFailures(t, w, r.err, test.want)
			w.let(nil)
			complete, before := blobs(t, w.path(name)), w.gets()
			again := w.must(name, build("--lock="+name+".lock")...)
			if digestIn(t, again.out) != digestIn(t, alone.out) {
				t.Errorf("%s, undisturbed %s", again.out, alone.out)
			}
			after, fetched := w.gets(), 0
			wantNotAgain(t, complete, before, after)
			for dgst, n := range after {
				fetched += n - before[dgst]
			}
			if fetched == 0 || fetched > 10 { // a config and four layers for each platform
				t.Errorf("the second build fetched %d blobs", fetched)
			}
			same(t, w.path("alone"), w.path(name))
		})
	}
}

// wantFailures looks for a line for each platform.
func wantFailures(t *testing.T, w *world, text, want string) {
	t.Helper()
	_, list, ok := strings.Cut(text, "failures:\n")
	if !ok {
		t.Fatalf("no list of failures:\n%s", text)
	}
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		found := false
		for line := range strings.Lines(list) {
			found = found || strings.HasPrefix(line, "  r1.example/team/image5:1@sha256:") &&
				strings.Contains(line, "("+platform+"): fetch layer sha256:") &&
				strings.Contains(line, " at "+w.address+": ") && strings.Contains(line, want)
		}
		if !found {
			t.Errorf("no line for %s with %q:\n%s", platform, want, list)
		}
	}
}

// TestExpiringToken: blobs are at another place, under addresses that are good
// for some bytes only, and for a short time.
func TestExpiringToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alone := w.must("alone", build("--lock=alone.lock")...)
	var mu sync.Mutex
	tokens := map[string]time.Time{}
	w.let(func(out http.ResponseWriter, r *http.Request) {
		real, there := strings.CutPrefix(r.URL.Path, "/cdn")
		mu.Lock()
		defer mu.Unlock()
		switch {
		case there && time.Now().After(tokens[r.URL.Query().Get("token")]):
			out.WriteHeader(http.StatusForbidden)
		case there:
			delete(tokens, r.URL.Query().Get("token")) // good for once
			moved := r.Clone(r.Context())
			moved.URL.Path = real
			func() {
				defer func() { recover() }() //nolint:errcheck // the cut, made again below
				w.upstream.ServeHTTP(&limited{out, 600 << 10, func() {}}, moved)
			}()
		case strings.Contains(r.URL.Path, "/blobs/") && r.Method == http.MethodGet:
			token := fmt.Sprintf("%d.%d", len(tokens), time.Now().UnixNano())
			tokens[token] = time.Now().Add(time.Second)
			http.Redirect(out, r, "/cdn"+r.URL.Path+"?token="+token, http.StatusTemporaryRedirect)
		default:
			w.upstream.ServeHTTP(out, r)
		}
	})
	r := w.must("store", build("--lock=store.lock")...)
	if digestIn(t, r.out) != digestIn(t, alone.out) {
		t.Errorf("%s, undisturbed %s", r.out, alone.out)
	}
	same(t, w.path("alone"), w.path("store"))
}
