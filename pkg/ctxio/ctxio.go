// Package ctxio ends long copies when a context ends.
package ctxio

import (
	"context"
	"io"
)

// Reader reads from r until ctx ends; the error is then the cause of that.
func Reader(ctx context.Context, r io.Reader) io.Reader { return reader{ctx, r} }

// Writer writes to w until ctx ends; the error is then the cause of that. It has
// no methods but Write: a copy through it goes piece by piece.
func Writer(ctx context.Context, w io.Writer) io.Writer { return writer{ctx, w} }

type reader struct {
	ctx context.Context
	r   io.Reader
}

func (c reader) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}

type writer struct {
	ctx context.Context
	w   io.Writer
}

func (c writer) Write(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.w.Write(p)
}
