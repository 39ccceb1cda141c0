package full

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// Results are the outcomes of components.
type Results struct {
	// Kubernetes is the version of the API server.
	Kubernetes string

	lines   map[string]string
	bad     []string // not admitted, or real and not healthy
	healthy int
}

// Add notes an outcome.
func (r *Results) Add(c *catalog.Component, o Outcome) {
	if r.lines == nil {
		r.lines = map[string]string{}
	}
	r.lines[c.Name] = ""
	if len(o.Problems)+len(o.Ailments) > 0 {
		r.bad = append(r.bad, c.Name)
	}
	if len(o.Problems) > 0 {
		return
	}
	healthy := ""
	if o.Healthy() {
		healthy = ", healthy: true"
		r.healthy++
	}
	r.lines[c.Name] = fmt.Sprintf("  %s: {version: %q, kubernetes: %s, admitted: true%s}\n", c.Name, c.Version, r.Kubernetes, healthy)
}

const header = `# Written by make e2e-full: what a Kubernetes that was brought up from our own
# base, without a route to the outside, made of each component. admitted: all
# objects were accepted in launch order, and every pod found its images. healthy:
# the real software became ready.
`

// Write writes the record that docs/components.md is made from; nothing when it
// has no name. What it says of components that were not tried now stays.
func (r *Results) Write(name string) error {
	if name == "" {
		return nil
	}
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	lines := maps.Clone(r.lines)
	for line := range strings.Lines(string(old)) {
		component, _, ok := strings.Cut(strings.TrimPrefix(line, "  "), ": {")
		if _, tried := lines[component]; ok && !tried && strings.HasPrefix(line, "  ") {
			lines[component] = line
		}
	}
	var b strings.Builder
	for _, component := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(lines[component])
	}
	text := header + "components: {}\n"
	if b.Len() > 0 {
		text = header + "components:\n" + b.String()
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// Err says which components were not admitted, or are real and did not become
// healthy.
func (r *Results) Err() error {
	if len(r.bad) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d components did not go well: %s", len(r.bad), len(r.lines), strings.Join(r.bad, ", "))
}

// String counts.
func (r *Results) String() string {
	return fmt.Sprintf("%d components were launched, %d of them with their own software ready; %d did not go well", len(r.lines), r.healthy, len(r.bad))
}
