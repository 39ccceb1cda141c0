package opc

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/opc-source/opc-image/pkg/remote"
)

// joinFailures makes one sorted list of what went wrong in several places.
func joinFailures(ctx context.Context, errs []error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var failures remote.Failures
	var others []error
	for _, err := range errs {
		var list remote.Failures
		var one *remote.Error
		switch {
		case err == nil:
		case errors.As(err, &list):
			failures = append(failures, list...)
		case errors.As(err, &one):
			failures = append(failures, one)
		default:
			others = append(others, err)
		}
	}
	if len(failures) > 0 {
		others = append(others, failures)
	}
	return errors.Join(others...)
}

// wantedBy names, in the failures of requests, who wants what they were for.
func wantedBy(err error, who func(ref string) string) {
	var failures remote.Failures
	var one *remote.Error
	if !errors.As(err, &failures) && errors.As(err, &one) {
		failures = remote.Failures{one}
	}
	for _, e := range failures {
		e.For = who(e.Ref)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
