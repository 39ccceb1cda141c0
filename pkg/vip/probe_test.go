package vip

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAlive(t *testing.T) {
	t.Parallel()
	answer := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/healthz" {
				http.Error(w, "asked for "+r.URL.Path, http.StatusInternalServerError)
				return
			}
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(code)
		}
	}
	for name, test := range map[string]struct {
		handler http.Handler
		want    bool
	}{
		"well":         {answer(200), true},
		"elsewhere":    {answer(302), true},
		"unauthorized": {answer(401), true},
		"forbidden":    {answer(403), true},
		"not found":    {answer(404), true},
		"unwell":       {answer(500), false},
		"silent":       {http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), false},
	} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				t.Parallel()
				start := httptest.NewServer
				if scheme == "https" {
					start = httptest.NewTLSServer
				}
				server := start(test.handler)
				defer server.Close()
				timeout := 5 * time.Second
				if name == "silent" {
					timeout = 100 * time.Millisecond
				}
				s := Saved{Service: Service{Scheme: scheme, Path: "/healthz", Backends: []netip.AddrPort{address(t, server.Listener), closed(t)}}}
				p := Prober{Timeout: timeout}
				want := s.Backends[:1]
				if !test.want {
					want = nil
				}
				if diff := cmp.Diff(want, p.alive(t.Context(), &s), compareAddresses); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

func TestAnnounce(t *testing.T) {
	t.Parallel()
	name := presence + "-test-" + t.TempDir()
	if announced(name) {
		t.Error("somebody is there already")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := announce(ctx, name); err != nil {
		t.Fatal(err)
	}
	if !announced(name) || !announced(name) {
		t.Error("nobody sees it")
	}
	if err := announce(ctx, name); err == nil {
		t.Error("two take care")
	}
	cancel()
	for deadline := time.Now().Add(5 * time.Second); announced(name); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is still there")
		}
	}
}

func address(t *testing.T, l net.Listener) netip.AddrPort {
	t.Helper()
	a, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// closed is an address where nobody listens.
func closed(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return address(t, l)
}
