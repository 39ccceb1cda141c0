package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Failures is everything that failed while the rest went on, sorted by image,
// platform, step and host. Each says what to do about it.
type Failures []*Error

// Error lists the failures, one a line.
func (f Failures) Error() string {
	if len(f) == 1 {
		return f[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d failures:", len(f))
	for _, e := range f {
		b.WriteString("\n  " + e.Error())
	}
	return b.String()
}

// Unwrap makes each failure visible to errors.Is and errors.As.
func (f Failures) Unwrap() []error {
	errs := make([]error, len(f))
	for i, e := range f {
		errs[i] = e
	}
	return errs
}

// Collector gathers the failures of many goroutines. A failure on this side,
// such as a full disk, stops the others.
type Collector struct {
	mu    sync.Mutex
	list  Failures
	fatal error
	stop  context.CancelFunc
}

// NewCollector makes a Collector that calls stop when going on is pointless.
func NewCollector(stop context.CancelFunc) *Collector { return &Collector{stop: stop} }

// Add takes a failure; nil is none.
func (c *Collector) Add(err error) {
	if err == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.split(err) {
		return
	}
	if c.fatal == nil {
		c.fatal = err
	}
	c.stop()
}

// split takes an error apart; false when something of it is fatal.
func (c *Collector) split(err error) bool {
	var e *Error
	var local *LocalError
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			if !c.split(one) {
				return false
			}
		}
		return true
	}
	if errors.As(err, &local) || !errors.As(err, &e) {
		return false
	}
	c.list = append(c.list, e)
	return true
}

// Err is the outcome when all are done: the reason the caller's context ended,
// or what stopped the others, or [Failures], or nil.
func (c *Collector) Err(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case c.fatal != nil:
		return c.fatal
	case len(c.list) == 0:
		return nil
	}
	slices.SortFunc(c.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Platform, b.Platform),
			cmp.Compare(a.Op, b.Op), cmp.Compare(a.Host, b.Host))
	})
	return c.list
}
