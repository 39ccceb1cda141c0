package opc

import (
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
)

// otherInputs says in what a plan differs from the one that a lock was made for,
// as far as the lock tells.
func otherInputs(plan *compose.Plan, l *lock.Lock) string {
	var differ []string
	if l.Profile != plan.NameInLock() {
		differ = append(differ, "it is of "+l.Profile+", not of "+plan.NameInLock())
	}
	if l.KubeVersion != plan.KubeVersion {
		differ = append(differ, "Kubernetes "+l.KubeVersion+", now "+plan.KubeVersion)
	}
	if !slices.Equal(l.Platforms, plan.Platforms) {
		differ = append(differ, "for "+strings.Join(l.Platforms, ", ")+", now for "+strings.Join(plan.Platforms, ", "))
	}
	differ = append(differ, otherDownloads(plan, l)...)
	if len(differ) == 0 {
		return "the Kubefile, files of its context or components have changed"
	}
	return strings.Join(differ, "; ")
}

// otherDownloads are charts and files that only one of both has.
func otherDownloads(plan *compose.Plan, l *lock.Lock) []string {
	var now, then []string
	for _, d := range plan.Downloads {
		now = append(now, d.Source)
	}
	for _, d := range l.Downloads {
		then = append(then, d.Source)
	}
	only := func(in, not []string) []string {
		return slices.DeleteFunc(slices.Clone(in), func(source string) bool { return slices.Contains(not, source) })
	}
	var differ []string
	for _, some := range []struct {
		what string
		list []string
	}{{"new: ", only(now, then)}, {"not wanted any more: ", only(then, now)}} {
		if n := len(some.list); n > 3 {
			some.list = append(some.list[:3], "…")
		}
		if len(some.list) > 0 {
			differ = append(differ, some.what+strings.Join(some.list, ", "))
		}
	}
	return differ
}
