package chart

import (
	"context"
	"errors"
	"io/fs"
)

// ErrInvalid is every error that is a chart's own: it cannot be read, or cannot
// be rendered with the values it gets.
var ErrInvalid = errors.New("invalid chart")

// invalid marks an error as the chart's own, unless the disk failed or the
// context ended. Its text stays as it is.
func invalid(err error) error {
	var disk *fs.PathError
	if errors.As(err, &disk) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return invalidError{err}
}

type invalidError struct{ error }

// Is makes it an ErrInvalid.
func (invalidError) Is(target error) bool { return target == ErrInvalid }

// Unwrap returns the cause.
func (e invalidError) Unwrap() error { return e.error }
