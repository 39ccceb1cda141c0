package ctxio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestCopyEnds copies a first piece, ends the context with a cause, and copies no
// further.
func TestCopyEnds(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	for name, copy := range map[string]func(ctx context.Context, out *bytes.Buffer, in io.Reader) error{
		"reader": func(ctx context.Context, out *bytes.Buffer, in io.Reader) error {
			_, err := out.ReadFrom(Reader(ctx, in))
			return err
		},
		"writer": func(ctx context.Context, out *bytes.Buffer, in io.Reader) error {
			_, err := io.Copy(Writer(ctx, out), in)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, end := context.WithCancelCause(t.Context())
			in := io.MultiReader(strings.NewReader("one"), &after{func() { end(cause) }, strings.NewReader("two")}, strings.NewReader("three"))
			var out bytes.Buffer
			if err := copy(ctx, &out, in); !errors.Is(err, cause) {
				t.Errorf("error %v", err)
			}
			if got := out.String(); !strings.HasPrefix(got, "one") || strings.Contains(got, "three") {
				t.Errorf("copied %q", got)
			}
		})
	}
	var out bytes.Buffer
	if _, err := io.Copy(Writer(t.Context(), &out), Reader(t.Context(), strings.NewReader("all"))); err != nil || out.String() != "all" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// after calls do when it is read from.
type after struct {
	do func()
	r  io.Reader
}

func (a *after) Read(p []byte) (int, error) {
	a.do()
	return a.r.Read(p)
}
