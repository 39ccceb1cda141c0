package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// watchdog cancels a request on which nothing moved for a time.
type watchdog struct {
	idle   time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// watch returns a context that ends when kick is not called for idle.
func watch(ctx context.Context, idle time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{idle: idle, cancel: cancel}
	w.timer = time.AfterFunc(idle, func() {
		cancel(fmt.Errorf("%w for %s", ErrIdle, idle))
	})
	return ctx, w
}

// kick says that something moved, and that something has to move again.
func (w *watchdog) kick() { w.timer.Reset(w.idle) }

// rest says that nobody waits for the other side at present.
func (w *watchdog) rest() { w.timer.Stop() }

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// cause replaces the plain "canceled" of a request by why it was canceled.
func cause(ctx context.Context, err error) error {
	var token *tokenError
	if errors.As(err, &token) {
		return token
	}
	if err == nil || err == io.EOF || ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// answerBody is the body of an answer. The watchdog looks at each read; how long
// the reader takes with what it got is not held against the host. Closing it
// ends the request's turn.
type answerBody struct {
	io.ReadCloser
	ctx  context.Context
	dog  *watchdog
	done func()
}

func (b *answerBody) Read(p []byte) (int, error) {
	b.dog.kick()
	n, err := b.ReadCloser.Read(p)
	b.dog.rest()
	return n, cause(b.ctx, err)
}

func (b *answerBody) Close() error {
	b.dog.stop()
	err := b.ReadCloser.Close()
	if b.done != nil {
		b.done()
		b.done = nil
	}
	return err
}
