package discover

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// selector is a parsed path such as `spec.pods[*].image`, `spec.charts.*.hub` or
// `metadata.annotations["example.com/image"]`. A selector that starts with "^"
// begins at the object instead of at the place a rule repeats for.
type selector struct {
	root  bool
	steps []string // a key, or "[*]" every item, or "*" every value of a mapping
}

const (
	everyItem  = "[*]"
	everyValue = "*"
)

func parseSelector(s string) (selector, error) {
	rest, root := strings.CutPrefix(s, "^")
	sel := selector{root: root}
	for rest != "" {
		step, after, err := nextStep(rest)
		if err != nil {
			return selector{}, fmt.Errorf("path %q: %w", s, err)
		}
		sel.steps, rest = append(sel.steps, step), after
	}
	return sel, nil
}

func nextStep(s string) (step, rest string, err error) {
	if after, ok := strings.CutPrefix(s, everyItem); ok {
		return everyItem, strings.TrimPrefix(after, "."), nil
	}
	if strings.HasPrefix(s, "[") {
		quoted, err := strconv.QuotedPrefix(s[1:])
		if err != nil || !strings.HasPrefix(s[1+len(quoted):], "]") {
			return "", "", fmt.Errorf(`want [*] or ["key"] at %q`, s)
		}
		key, err := strconv.Unquote(quoted)
		return key, strings.TrimPrefix(s[len(quoted)+2:], "."), err
	}
	end := strings.IndexAny(s, ".[")
	if end < 0 {
		return s, "", nil
	}
	if end == 0 {
		return "", "", fmt.Errorf("empty step at %q", s)
	}
	return s[:end], strings.TrimPrefix(s[end:], "."), nil
}

// spot is a node and where it is.
type spot struct {
	node *yaml.Node
	at   *place
}

// find returns every node the selector reaches from start, in document order.
func (s selector) find(start spot) []spot {
	now := []spot{start}
	for _, step := range s.steps {
		var next []spot
		for _, here := range now {
			next = append(next, follow(here, step)...)
		}
		now = next
	}
	return now
}

func follow(here spot, step string) []spot {
	n := deref(here.node)
	if n == nil {
		return nil
	}
	var out []spot
	switch {
	case step == everyItem && n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			out = append(out, spot{deref(item), here.at.item(i)})
		}
	case step == everyValue && n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			out = append(out, spot{deref(n.Content[i+1]), here.at.child(n.Content[i].Value)})
		}
	default:
		if v := get(n, step); v != nil {
			out = append(out, spot{v, here.at.child(step)})
		}
	}
	return out
}
