package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
	"github.com/opc-source/opc-image/pkg/store"
)

func newLocal(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir, store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestErrorsAreNotWrapped: what could not be begun is nil, and not an interface
// that holds a nil pointer.
func TestErrorsAreNotWrapped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newLocal(t, dir)
	s, err := store.Open(dir, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w, err := Local(s).Writer(t.Context())
	if w != nil || !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Writer: %v, %v", w, err)
	}
	in, err := Local(s).Ingest(t.Context(), digest.FromString("x"), 1)
	if in != nil || !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Ingest: %v, %v", in, err)
	}
}

// stallThen falls silent after n bytes, and ends the run a little later.
func stallThen(n int, end func()) remotetest.Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		time.AfterFunc(200*time.Millisecond, end)
		remotetest.Stall(n)(w, r, good)
	}
}

// TestRunAfterRun, on a real store: a run that is cut off keeps what it got, and
// the next run asks for the rest only.
func TestRunAfterRun(t *testing.T) {
	t.Parallel()
	srv, reg, _, _ := setup(t, remote.Config{})
	layer := strings.Repeat("0123456789", 1000)
	add(t, reg, "a", "1", layer)
	path := "/blobs/" + digest.FromString(layer).String()
	dir := t.TempDir()

	ctx, cancel := context.WithCancel(t.Context())
	srv.Fault("GET", path, stallThen(4000, cancel))
	first := newLocal(t, dir)
	src := newSource(t, remote.Config{}, Local(first))
	if err := src.Fetch(ctx, resolve(t, src, srv.Host()+"/a:1"), nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	first.Close()

	srv.Forget()
	second := newLocal(t, dir)
	src = newSource(t, remote.Config{}, Local(second))
	if err := src.Fetch(t.Context(), resolve(t, src, srv.Host()+"/a:1"), nil); err != nil {
		t.Fatal(err)
	}
	log := srv.Log("GET", "/blobs/")
	var start int64
	if len(log) == 1 {
		_, _ = fmt.Sscanf(log[0].Range, "bytes=%d-9999", &start)
	}
	if start == 0 || start > 4000 || log[0].Sent != 10_000-start {
		t.Errorf("the second run: %+v", log)
	}
	if !second.Has(digest.FromString(layer), int64(len(layer))) {
		t.Error("the layer is not there")
	}
}

// TestLieToRealStore: content of a wrong digest is thrown away and asked for
// again; in the end nothing wrong is in the store.
func TestLieToRealStore(t *testing.T) {
	t.Parallel()
	srv, reg, _, _ := setup(t, remote.Config{})
	addManifest(t, reg, "a", "1", "linux/amd64", "healed", "a lie")
	srv.Fault("GET", digest.FromString("healed").String(), remotetest.Flip)
	srv.Fault("GET", digest.FromString("a lie").String(), remotetest.Flip, remotetest.Flip)
	s := newLocal(t, t.TempDir())
	src := newSource(t, remote.Config{}, Local(s))
	err := src.Fetch(t.Context(), resolve(t, src, srv.Host()+"/a:1"), nil)
	if !errors.Is(err, remote.ErrContent) {
		t.Errorf("got %v", err)
	}
	if !s.Has(digest.FromString("healed"), -1) || s.Has(digest.FromString("a lie"), -1) {
		t.Error("the wrong layers are in the store")
	}
	if err := src.Fetch(t.Context(), resolve(t, src, srv.Host()+"/a:1"), nil); err != nil {
		t.Errorf("when the registry tells the truth: %v", err)
	}
}

// TestTwoSourcesOneStore: each blob is fetched once, whoever comes first.
func TestTwoSourcesOneStore(t *testing.T) {
	t.Parallel()
	srv, reg, _, _ := setup(t, remote.Config{})
	add(t, reg, "a", "1", strings.Repeat("s", 100_000))
	dir := t.TempDir()
	errs := make(chan error)
	for range 2 {
		src := newSource(t, remote.Config{}, Local(newLocal(t, dir)))
		images := resolve(t, src, srv.Host()+"/a:1")
		go func() { errs <- src.Fetch(t.Context(), images, nil) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := len(srv.Log("GET", "/blobs/")); n != 5 {
		t.Errorf("%d blobs asked for, want 5", n)
	}
}

// TestFilesInRealStore: of known and of unknown digest, broken on the way.
func TestFilesInRealStore(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, files{"/a": "aaaaaaaaaa", "/b": "bbbbbbbbbb"})
	s := newLocal(t, t.TempDir())
	src := newSource(t, remote.Config{}, Local(s))
	srv.Fault("", "", remotetest.Truncate(4), nil, remotetest.Truncate(4), remotetest.IgnoreRange)
	for _, f := range []File{
		{URL: srv.URL + "/a", Digest: digest.FromString("aaaaaaaaaa")},
		{URL: srv.URL + "/b"},
	} {
		got, err := src.Download(t.Context(), f, nil)
		if err != nil || got.Size != 10 || !s.Has(got.Digest, 10) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}
