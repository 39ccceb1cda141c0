package remote

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func TestNewRefusesBadConfig(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Config: Config{Hosts: []Host{{}}}})
	check(t, err, "", `configuration of remote hosts: hosts[0]: name "" is not a host or host:port`)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Config: Config{Hosts: []Host{{Name: "docker.io", PerHost: 2}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l := c.Limits()
	if l.PerHost != 6 || l.Total != 16 || l.Attempts != 5 || l.Idle.String() != "1m0s" || l.RetryAfter.String() != "2m0s" {
		t.Errorf("%+v", l)
	}
	if c.PerHost("quay.io") != 6 || c.PerHost(c.Origin("docker.io", "a").Host) != 2 {
		t.Errorf("per host: %d, %d", c.PerHost("quay.io"), c.PerHost(c.Origin("docker.io", "a").Host))
	}
}

func TestBadURL(t *testing.T) {
	t.Parallel()
	c, k := newClient(t, Options{})
	for _, url := range []string{"", "http://", "::", "ftp://x.example/f"} {
		if _, err := read(t, c, get(url)); err == nil || len(k.slept) != 0 {
			t.Errorf("%q: %v, slept %v", url, err, k.slept)
		}
	}
}

// TestBodyCannotBeOpened is a failure on this side: no second attempt.
func TestBodyCannotBeOpened(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed(""))
	c, k := newClient(t, Options{})
	broken := errors.New("blob is gone")
	r := get(srv.URL)
	r.Method, r.Size, r.Body = http.MethodPut, 1, func() (io.ReadCloser, error) { return nil, broken }
	_, err := read(t, c, r)
	var local *LocalError
	if !errors.As(err, &local) || !errors.Is(err, broken) || len(k.slept) != 0 || len(srv.Log("", "")) != 0 {
		t.Errorf("%v, slept %v", err, k.slept)
	}
}

// TestRetriedBody: each attempt sends the content from its beginning.
func TestRetriedBody(t *testing.T) {
	t.Parallel()
	var got []string
	srv := remotetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		if got = append(got, string(data)); len(got) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	c, _ := newClient(t, Options{})
	var why []string
	r := get(srv.URL)
	r.Method, r.Size, r.Body = http.MethodPut, 4, func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("body")), nil }
	r.Retried = func(err error) { why = append(why, err.Error()) }
	if _, err := read(t, c, r); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"body", "body"}, got); diff != "" || len(why) != 1 {
		t.Error(diff, why)
	}
}

func TestBrokenDockerConfig(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	srv := remotetest.Serve(t, tokens())
	c, _ := newClient(t, Options{DockerConfig: path})
	_, err := read(t, c, pull(srv.URL))
	var local *LocalError
	if !errors.As(err, &local) || !strings.Contains(err.Error(), "docker's credentials") {
		t.Error(err)
	}
	if _, err := c.Logout(t.Context(), srv.Host()); !errors.As(err, &local) {
		t.Error(err)
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	got := Chain([]Place{{URL: "m", Mirror: true}, {URL: "a"}}, []Place{{URL: "m", Mirror: true}, {URL: "b"}})
	want := []Place{{URL: "m", Mirror: true}, {URL: "a", Mirror: true}, {URL: "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestHostComesBack: a host that gave no answer is asked once, and as before
// when it answers again.
func TestHostComesBack(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	c, _ := newClient(t, Options{})
	srv.Fault("", "", remotetest.Repeat(5+1, remotetest.Reset)...)
	for _, want := range []int{5, 6, 7} {
		_, _ = try(t, c, srv)
		if n := len(srv.Log("", "")); n != want {
			t.Errorf("%d requests, want %d", n, want)
		}
	}
	if n := c.attempts(srv.Host(), 0); n != 5 {
		t.Errorf("%d attempts after it came back", n)
	}
}
