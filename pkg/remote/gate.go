package remote

import (
	"context"
	"slices"
	"sync"
	"time"
)

// gate lets a number of requests through to one host. The number is halved
// when the host answers 429 and grows by one after enough good answers.
type gate struct {
	mu      sync.Mutex
	most    int // as configured
	limit   int // at present
	used    int
	good    int       // good answers since limit changed
	until   time.Time // no request before it
	waiting []chan struct{}
}

func newGate(most int) *gate { return &gate{most: most, limit: most} }

// enter waits for its turn, first come first served.
func (g *gate) enter(ctx context.Context) error {
	g.mu.Lock()
	if g.used < g.limit && len(g.waiting) == 0 {
		g.used++
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.waiting, turn); i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	} else { // the turn came at the same moment
		g.used--
		g.admit()
	}
	return ctx.Err()
}

// leave gives the turn back.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used--
	g.admit()
}

// admit lets in who waits; the caller holds the lock.
func (g *gate) admit() {
	for g.used < g.limit && len(g.waiting) > 0 {
		g.used++
		close(g.waiting[0])
		g.waiting = g.waiting[1:]
	}
}

// slow halves the number and closes the gate until a time. Further calls
// before that time belong to the same burst and do not halve again.
func (g *gate) slow(now, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !now.Before(g.until) {
		g.limit, g.good = max(1, g.limit/2), 0
	}
	if until.After(g.until) {
		g.until = until
	}
}

// ok counts a good answer.
func (g *gate) ok() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.good++
	if g.limit < g.most && g.good >= 4*g.limit {
		g.limit, g.good = g.limit+1, 0
		g.admit()
	}
}

// closedFor is how long the gate stays closed.
func (g *gate) closedFor(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until.Sub(now)
}
