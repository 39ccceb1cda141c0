package remote

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// TestDo asserts for each way to fail how often a request is made, how long is
// waited between, and what the error says.
func TestDo(t *testing.T) {
	t.Parallel()
	s := time.Second
	date := time.Date(2026, 1, 2, 3, 4, 12, 0, time.UTC).Format(http.TimeFormat)
	tests := map[string]struct {
		faults   []remotetest.Fault
		requests int
		slept    []time.Duration
		err      string
	}{
		"good": {requests: 1},
		"500 flapping": {
			faults:   []remotetest.Fault{remotetest.Status(500), remotetest.Status(502)},
			requests: 3, slept: []time.Duration{s / 2, s},
		},
		"reset": {
			faults:   []remotetest.Fault{remotetest.Reset},
			requests: 2, slept: []time.Duration{s / 2},
		},
		"503 to the end": {
			faults:   remotetest.Repeat(5, remotetest.Status(503)),
			requests: 5, slept: []time.Duration{s / 2, s, 2 * s, 4 * s},
			err: "thing: get at HOST: 503 Service Unavailable (5 attempts); the host has trouble: run again later or add a mirror; what was fetched stays",
		},
		"429 with seconds": {
			faults:   []remotetest.Fault{remotetest.Status(429, "Retry-After", "7")},
			requests: 2, slept: []time.Duration{7 * s},
		},
		"429 with a date": {
			faults:   []remotetest.Fault{remotetest.Status(429, "Retry-After", date)},
			requests: 2, slept: []time.Duration{7 * s},
		},
		"429 capped": {
			faults:   []remotetest.Fault{remotetest.Status(429, "Retry-After", "21600")},
			requests: 2, slept: []time.Duration{2 * time.Minute},
		},
		"429 without a time": {
			faults:   []remotetest.Fault{remotetest.Status(429)},
			requests: 2, slept: []time.Duration{s / 2},
		},
		"429 to the end": {
			faults:   remotetest.Repeat(5, remotetest.Status(429, "Retry-After", "1")),
			requests: 5, slept: []time.Duration{s, s, s, s},
			err: "thing: get at HOST: 429 Too Many Requests (5 attempts); the host limits requests: wait, log in, lower perHost or add a mirror",
		},
		"401": {
			faults:   []remotetest.Fault{remotetest.Status(401)},
			requests: 1,
			err:      `thing: get at HOST: 401 Unauthorized; log in with "opc-image login HOST", or set user and passwordEnv of the host`,
		},
		"403": {
			faults:   []remotetest.Fault{remotetest.Status(403)},
			requests: 1,
			err:      "thing: get at HOST: 403 Forbidden; this account may not do it: check the name and the rights, or log in as somebody else",
		},
		"404": {
			faults:   []remotetest.Fault{remotetest.Status(404)},
			requests: 1,
			err:      "thing: get at HOST: 404 Not Found; check the name and the version, or whether the mirror carries it",
		},
		"501": {
			faults:   []remotetest.Fault{remotetest.Status(501)},
			requests: 1,
			err:      "thing: get at HOST: 501 Not Implemented; the host has trouble: run again later or add a mirror; what was fetched stays",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := remotetest.Serve(t, fixed("content"))
			srv.Fault("", "", append(tt.faults, nil)...)
			c, k := newClient(t, Options{})
			got, err := read(t, c, get(srv.URL))
			check(t, err, srv.Host(), tt.err)
			if err == nil && got != "content" {
				t.Errorf("got %q", got)
			}
			if n := len(srv.Log("", "")); n != tt.requests {
				t.Errorf("%d requests, want %d", n, tt.requests)
			}
			if diff := cmp.Diff(tt.slept, k.slept); diff != "" {
				t.Error("slept (-want +got)", diff)
			}
		})
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, &remotetest.Registry{})
	c, _ := newClient(t, Options{})
	_, err := read(t, c, &Request{
		Subject: Subject{Op: "resolve", Ref: "a/b:1", Platform: "linux/arm64"},
		Method:  http.MethodGet, URL: srv.URL + "/v2/a/b/manifests/1",
	})
	check(t, err, srv.Host(), "a/b:1 (linux/arm64): resolve at HOST: 404 Not Found: manifest unknown; check the name and the version, or whether the mirror carries it")
	if Status(err) != 404 {
		t.Errorf("status %d", Status(err))
	}
}

func TestSilentServer(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	silent := func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
	srv.Fault("", "", silent, silent)
	c, k := newClient(t, Options{Config: Config{Limits: Limits{Idle: 30 * time.Millisecond, Attempts: 2}}})
	_, err := read(t, c, get(srv.URL))
	check(t, err, srv.Host(), "thing: get at HOST: nothing moved for 30ms (2 attempts); the host has trouble: run again later or add a mirror; what was fetched stays")
	if !errors.Is(err, ErrIdle) || len(k.slept) != 1 {
		t.Errorf("%v, slept %v", err, k.slept)
	}
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	srv.Fault("", "", func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() })
	c, _ := newClient(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	began := time.Now()
	_, err := c.Do(ctx, get(srv.URL))
	if !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed(""))
	srv.Close()
	c, k := newClient(t, Options{})
	_, err := read(t, c, get(srv.URL))
	if err == nil || !strings.Contains(err.Error(), "connection refused (5 attempts); check the network and HTTPS_PROXY, or add a mirror") {
		t.Error(err)
	}
	if len(k.slept) != 4 {
		t.Errorf("slept %v", k.slept)
	}
}

func TestOffline(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	c, k := newClient(t, Options{Offline: true})
	_, err := read(t, c, get(srv.URL))
	check(t, err, srv.Host(), "thing: get at HOST: the network is not to be used; run once with the network, so that the store has it")
	if !errors.Is(err, ErrOffline) || len(srv.Log("", "")) != 0 || len(k.slept) != 0 {
		t.Errorf("%v; %d requests; slept %v", err, len(srv.Log("", "")), k.slept)
	}
}

// TestNoEncoding: a request without Accept-Encoding lets the host choose one.
func TestNoEncoding(t *testing.T) {
	t.Parallel()
	var got []string
	srv := remotetest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Header.Values("Accept-Encoding")
	}))
	c, _ := newClient(t, Options{})
	resp, err := c.Do(t.Context(), get(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if !slices.Equal(got, []string{"identity"}) {
		t.Errorf("Accept-Encoding %q", got)
	}
}
