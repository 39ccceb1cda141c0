package source

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// TestStart fetches in the order asked for, what was not asked for last, and
// tells of each blob when it is there.
func TestStart(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{Limits: remote.Limits{PerHost: 1}})
	layers := []string{"a", strings.Repeat("b", 100), strings.Repeat("c", 200), strings.Repeat("d", 300)}
	addManifest(t, reg, "a", "1", "linux/amd64", layers...)
	images := resolve(t, src, srv.Host()+"/a:1")
	srv.Forget()
	first := []digest.Digest{digest.FromString(layers[0]), digest.FromString("not of this image"), digest.FromString(layers[2]), digest.FromString(layers[0])}
	proceed := make(chan struct{})
	srv.Fault("GET", "/blobs/"+digest.FromString(layers[2]).String(), hold(proceed))
	f, err := src.Start(t.Context(), images, func() ([]digest.Digest, error) { return first, nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Wait(t.Context(), first[0]); err != nil {
		t.Error(err)
	}
	if _, err := st.Stat(first[0]); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Wait(gone, first[2]); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that is given up: %v", err)
	}
	close(proceed)
	if err := errors.Join(f.Wait(t.Context(), first[2]), f.End(), f.Wait(t.Context(), first[1])); err != nil {
		t.Error(err)
	}
	var sizes []int64
	for _, e := range srv.Log("GET", "/blobs/") {
		sizes = append(sizes, e.Sent)
	}
	if want := []int64{1, 200, 300, 100}; !slices.Equal(sizes, want) {
		t.Errorf("fetched %v bytes, want %v", sizes, want)
	}
	never := func() ([]digest.Digest, error) {
		t.Error("the order is asked for, and nothing is lacking")
		return nil, nil
	}
	if f, err = src.Start(t.Context(), images, never, nil); err != nil || f.End() != nil {
		t.Errorf("again: %v", err)
	}
}

// hold answers when the channel is closed.
func hold(until <-chan struct{}) remotetest.Fault {
	return func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		<-until
		good.ServeHTTP(w, r)
	}
}

// TestStartFails waits for what does not come, and starts nothing when the order
// cannot be had.
func TestStartFails(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	addManifest(t, reg, "a", "1", "linux/amd64", "lost", "there")
	images := resolve(t, src, srv.Host()+"/a:1")
	srv.Fault("GET", "/blobs/"+digest.FromString("lost").String(), remotetest.Status(404))
	f, err := src.Start(t.Context(), images, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Wait(t.Context(), digest.FromString("lost")); !errors.Is(err, ErrNotFetched) {
		t.Errorf("the lost blob: %v", err)
	}
	if err := f.Wait(t.Context(), digest.FromString("there")); err != nil {
		t.Error(err)
	}
	var failures remote.Failures
	if err := f.End(); !errors.As(err, &failures) || len(failures) != 1 {
		t.Errorf("in the end: %v", err)
	}
	srv.Forget()
	broken := errors.New("no order")
	if _, err := src.Start(t.Context(), images, func() ([]digest.Digest, error) { return nil, broken }, nil); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if log := srv.Log("", ""); len(log) != 0 {
		t.Errorf("asked for %v", log)
	}
}
