package full

import (
	"fmt"
	"slices"
	"strings"
)

// Outcome is what became of a component.
type Outcome struct {
	// Objects that were checked strictly, pods that its objects made, and images
	// that were pulled.
	Objects, Pods, Images int
	// Settled are the webhooks and API services that were accepted and removed.
	Settled []string
	// Problems are why it does not count as admitted.
	Problems []string
	// Real is how many containers ran its own software. Ailments are why it does
	// not count as healthy.
	Real     int
	Ailments []string
	// Lacks is what of it is not its own software, though ready.
	Lacks string
}

// Healthy tells whether the real software did what it is for.
func (o Outcome) Healthy() bool {
	return o.Real > 0 && o.Lacks == "" && len(o.Problems)+len(o.Ailments) == 0
}

// String is what people read.
func (o Outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "        %d objects checked, %d pods, %d images pulled", o.Objects, o.Pods, o.Images)
	if len(o.Settled) > 0 {
		fmt.Fprintf(&b, ", %d webhooks and API services accepted and removed", len(o.Settled))
	}
	if o.Healthy() {
		fmt.Fprintf(&b, "; healthy, with %d containers of its own software", o.Real)
	}
	if o.Lacks != "" {
		b.WriteString("; it ran, but " + o.Lacks)
	}
	b.WriteString("\n")
	for _, problem := range slices.Concat(o.Problems, o.Ailments) {
		b.WriteString("   FAIL " + problem + "\n")
	}
	return b.String()
}

// unknown are the warnings about fields that nobody knows.
func unknown(out string) (list []string) {
	for line := range strings.Lines(out) {
		if strings.Contains(line, "unknown field") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// end is the last of what a program said.
func end(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return fmt.Sprint(strings.Join(lines[max(0, len(lines)-8):], "\n    "))
}
