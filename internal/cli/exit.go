package cli

import (
	"context"
	"errors"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
)

// Exit codes of the program.
const (
	exitOK          = 0
	exitFailed      = 1   // what was asked for could not be done
	exitInput       = 2   // bad command line, Kubefile, component, chart, lock or reference; nothing was made
	exitStale       = 3   // the lock does not fit its inputs (--locked, lock --check)
	exitIncomplete  = 4   // verify, fsck or discovery found something missing or damaged
	exitInterrupted = 130 // Ctrl-C
)

// inputError marks an error that the user's input caused.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// exitCode maps an error to what the shell sees.
func exitCode(err error) int {
	var (
		input      inputError
		value      *chart.MissingValueError
		kubefiles  kubefile.Problems
		components catalog.Problems
	)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, lock.ErrStale):
		return exitStale
	case errors.Is(err, opc.ErrIncomplete):
		return exitIncomplete
	case errors.As(err, &input), errors.As(err, &kubefiles), errors.As(err, &components), errors.As(err, &value),
		errors.Is(err, opc.ErrInput), errors.Is(err, catalog.ErrUnknown), errors.Is(err, chart.ErrInvalid):
		return exitInput
	}
	return exitFailed
}
