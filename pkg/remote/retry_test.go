package remote

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func TestPause(t *testing.T) {
	t.Parallel()
	for jitter, want := range map[float64][]string{
		0:   {"250ms", "500ms", "1s", "2s", "4s", "8s", "15s", "15s"},
		0.5: {"375ms", "750ms", "1.5s", "3s", "6s", "12s", "22.5s", "22.5s"},
	} {
		c := &Client{jitter: func() float64 { return jitter }}
		var got []string
		for n := range len(want) {
			got = append(got, c.pause(n+1).String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(jitter, diff)
		}
		if d := c.pause(1000); d > lastPause {
			t.Errorf("the 1000th pause is %s", d)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	c, k := newClient(t, Options{Config: Config{Limits: Limits{RetryAfter: time.Minute}}})
	now := k.Now()
	for value, want := range map[string]time.Duration{
		"":                    0,
		"5":                   5 * time.Second,
		" 5 ":                 5 * time.Second,
		"-5":                  0,
		"600":                 time.Minute,
		"9999999999999999999": 0,
		"soon":                0,
		now.Add(9 * time.Second).Format(http.TimeFormat):      9 * time.Second,
		now.Add(-9 * time.Second).Format(http.TimeFormat):     0,
		now.Add(100 * 24 * time.Hour).Format(http.TimeFormat): time.Minute,
		now.Add(9*time.Second).Format(time.RFC850) + " junk":  0,
	} {
		if got := c.retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestSleep(t *testing.T) {
	t.Parallel()
	if err := sleep(t.Context(), 0); err != nil {
		t.Error(err)
	}
	if err := sleep(t.Context(), time.Millisecond); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	began := time.Now()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

// TestClosedGate: after a 429 with a time, requests for other things wait too,
// and waiting ends with the context.
func TestClosedGate(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	srv.Fault("", "/a", remotetest.Status(429, "Retry-After", "30"))
	c, k := newClient(t, Options{Config: Config{Limits: Limits{Attempts: 1}}})
	if _, err := read(t, c, get(srv.URL+"/a")); Status(err) != 429 {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Do(ctx, get(srv.URL+"/b")); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	k.slept, k.now = nil, k.now.Add(-30*time.Second)
	if _, err := read(t, c, get(srv.URL+"/b")); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]time.Duration{30 * time.Second}, k.slept); diff != "" {
		t.Error("slept (-want +got)", diff)
	}
}

// TestSlowReader: the time a reader takes is not held against the host.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, fixed("content"))
	c, _ := newClient(t, Options{Config: Config{Limits: Limits{Idle: 20 * time.Millisecond}}})
	resp, err := c.Do(t.Context(), get(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	time.Sleep(100 * time.Millisecond)
	if n, err := resp.Body.Read(make([]byte, 7)); n != 7 || err != nil && err.Error() != "EOF" {
		t.Errorf("%d bytes, %v", n, err)
	}
}
