package remote

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func TestGateAdapts(t *testing.T) {
	t.Parallel()
	g := newGate(8)
	now := time.Unix(100, 0)
	g.slow(now, now.Add(time.Second))
	g.slow(now, now.Add(2*time.Second)) // of the same burst
	if g.limit != 4 || g.closedFor(now) != 2*time.Second {
		t.Errorf("limit %d, closed for %s", g.limit, g.closedFor(now))
	}
	for range 5 {
		now = now.Add(time.Minute)
		g.slow(now, now)
	}
	if g.limit != 1 {
		t.Errorf("limit %d, want it never below 1", g.limit)
	}
	for range 4 * (1 + 2 + 3 + 4 + 5 + 6 + 7) {
		g.ok()
	}
	if g.limit != 8 {
		t.Errorf("limit %d after many good answers, want 8", g.limit)
	}
	for range 1000 {
		g.ok()
	}
	if g.limit != 8 {
		t.Errorf("limit %d, want never above 8", g.limit)
	}
}

func TestGateWaitCanceled(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	if err := g.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.enter(ctx); err == nil {
		t.Error("two are in")
	}
	g.leave()
	if err := g.enter(t.Context()); err != nil {
		t.Errorf("the turn got lost: %v", err)
	}
}

// TestLimits counts how many requests a server sees at a time.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]Limits{
		"per host": {PerHost: 2, Total: 10},
		"total":    {PerHost: 10, Total: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var now, most atomic.Int64
			srv := remotetest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(2 * time.Millisecond)
				now.Add(-1)
			}))
			c, _ := newClient(t, Options{Config: Config{Limits: limits}})
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					resp, err := c.Do(t.Context(), get(srv.URL))
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				})
			}
			wg.Wait()
			if most.Load() != 2 {
				t.Errorf("%d at a time, want 2", most.Load())
			}
		})
	}
}
