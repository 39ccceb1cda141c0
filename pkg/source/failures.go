package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/opc-source/opc-image/pkg/remote"
)

// Failures is everything that failed while the rest went on, sorted by image,
// platform, step and host. Each says what to do about it.
type Failures []*remote.Error

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

// collector gathers failures of many goroutines. A failure on this side, such
// as a full disk, and the end of the context stop the others.
type collector struct {
	mu    sync.Mutex
	list  Failures
	fatal error
	stop  context.CancelFunc
}

func (c *collector) add(err error) {
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
func (c *collector) split(err error) bool {
	var e *remote.Error
	var local *remote.Local
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

// err is the outcome; ctx is that of the caller.
func (c *collector) err(ctx context.Context) error {
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
	slices.SortFunc(c.list, func(a, b *remote.Error) int {
		return cmp.Or(cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Platform, b.Platform),
			cmp.Compare(a.Op, b.Op), cmp.Compare(a.Host, b.Host))
	})
	return c.list
}
