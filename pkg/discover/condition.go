package discover

import (
	"fmt"
	"regexp"
	"strings"
)

// condition is "path" (set), "path=value" or "path~expression"; a "!" in front
// turns it round.
type condition struct {
	at    selector
	not   bool
	value *regexp.Regexp // nil: the path only has to be set
}

func parseConditions(texts []string) ([]condition, error) {
	var out []condition
	for _, text := range texts {
		rest, not := strings.CutPrefix(text, "!")
		c, err := parseCondition(rest)
		if err != nil {
			return nil, fmt.Errorf("condition %q: %w", text, err)
		}
		c.not = not
		out = append(out, c)
	}
	return out, nil
}

func parseCondition(text string) (c condition, err error) {
	at, expr := text, ""
	if i := strings.IndexAny(text, "=~"); i >= 0 {
		at, expr = text[:i], text[i+1:]
		if text[i] == '=' {
			expr = regexp.QuoteMeta(expr)
		}
		if c.value, err = whole(expr); err != nil {
			return c, err
		}
	}
	c.at, err = parseSelector(at)
	return c, err
}

// holds reports whether the condition is true; root is the object, here the
// place a rule repeats for.
func (c condition) holds(root, here spot) bool {
	start := here
	if c.at.root {
		start = root
	}
	met := false
	for _, s := range c.at.find(start) {
		if isSet(s.node) && (c.value == nil || c.value.MatchString(text(s.node))) {
			met = true
		}
	}
	return met != c.not
}

func allHold(conditions []condition, root, here spot) bool {
	for _, c := range conditions {
		if !c.holds(root, here) {
			return false
		}
	}
	return true
}
