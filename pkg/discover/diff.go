package discover

import (
	"fmt"
	"strings"
)

// signs mark a problem in a diff: "+" found and not declared, "-" declared and
// not found, "?" to be decided, "!" wrong.
var signs = map[ProblemKind]string{
	Undeclared: "+", Vanished: "-", Stale: "-", Undecided: "?", Unreadable: "!", Invalid: "!",
}

// maxShown bounds the evidence shown for one problem; the rest is counted.
const maxShown = 3

// Diff shows the problems as a diff between what is declared and what was found,
// with the evidence. It is empty when there are none.
func (d *Decision) Diff() string {
	var b strings.Builder
	for _, p := range d.Problems {
		fmt.Fprintf(&b, "%s %s\n    %s\n", signs[p.Kind], p.Image, p.Advice)
		for i, e := range p.Evidence {
			if i == maxShown {
				fmt.Fprintf(&b, "    and %d more places\n", len(p.Evidence)-maxShown)
				break
			}
			fmt.Fprintf(&b, "    %s\n", e)
		}
	}
	return b.String()
}

// String names the place in one line, from the outside in.
func (e Evidence) String() string {
	parts := []string{e.File}
	if e.Chart != "" {
		parts = []string{e.Chart, e.File}
	}
	for _, more := range []string{e.Object, e.Path} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	return strings.Join(parts, ": ") + " (" + e.Rule + ")"
}
