package robustness

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/opc-source/opc-image/internal/clitest"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/remote"
)

// world is what one test runs in: directories, an upstream, and a way for its
// answers to go wrong.
type world struct {
	t        *testing.T
	dir      string
	catalog  string
	config   string
	address  string // of the upstream
	upstream *rehearse.Upstream
	hits     int // of killed

	front *front
}

// front is a server whose handler can be changed while it serves.
type front struct{ handler atomic.Pointer[http.Handler] }

func (f *front) set(h http.Handler) { f.handler.Store(&h) }

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*f.handler.Load()).ServeHTTP(w, r)
}

// serve starts a server and tells its address.
func serve(t *testing.T, h http.Handler) (address string, f *front) {
	t.Helper()
	f = &front{}
	f.set(h)
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	return strings.TrimPrefix(server.URL, "http://"), f
}

// newWorld starts an upstream for the corpus.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), catalog: corpus(t)}
	inventory, err := clitest.Inventory([]string{"corpus"}, os.DirFS(w.catalog))
	if err != nil {
		t.Fatal(err)
	}
	if w.upstream, err = rehearse.New(inventory, rehearse.Options{Divisor: 1}); err != nil {
		t.Fatal(err)
	}
	w.address, w.front = serve(t, w.upstream)
	w.config = filepath.Join(w.dir, "config.yaml")
	w.configure(remote.Limits{Attempts: 3, Idle: 400 * time.Millisecond, RetryAfter: time.Second})
	return w
}

// configure writes the file that leads the program to the upstream.
func (w *world) configure(limits remote.Limits) {
	w.t.Helper()
	mirror := func(from, to string) remote.Mirror {
		return remote.Mirror{From: from, To: []string{"http://" + w.address + to}, Only: true}
	}
	data, err := yaml.Marshal(remote.Config{Limits: limits, Mirrors: []remote.Mirror{
		mirror("r0.example", "/r0.example"), mirror("r1.example", "/r1.example"),
		mirror("https://charts.example", "/dl/charts.example"), mirror("https://downloads.example", "/dl/downloads.example"),
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	write(w.t, w.config, string(data))
}

// let makes a handler the upstream; nil brings the real one back.
func (w *world) let(h http.HandlerFunc) {
	if h == nil {
		h = w.upstream.ServeHTTP
	}
	w.front.set(h)
}

// path is a name in the test's directory.
func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// gets counts how often each blob was asked for.
func (w *world) gets() map[string]int {
	counts := map[string]int{}
	for _, c := range w.upstream.Counts() {
		if _, dgst, ok := strings.Cut(c.Path, "/blobs/"); ok {
			counts[dgst] += c.Gets
		}
	}
	return counts
}

// target starts a registry to push to.
func (w *world) target() *rehearse.Target {
	w.t.Helper()
	target, err := rehearse.NewTarget(filepath.Join(w.t.TempDir(), "registry"))
	if err == nil {
		err = target.Start(w.t.Context())
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { target.Close() })
	return target
}

var imageDigest = regexp.MustCompile(`@(sha256:[0-9a-f]{64})`)

// digestIn is the digest that a command printed.
func digestIn(t *testing.T, out string) string {
	t.Helper()
	m := imageDigest.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no digest in %q", out)
	}
	return m[1]
}
