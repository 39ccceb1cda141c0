package discover

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// imageTemplate composes an image name from fields:
// "{spec.hub}/pilot:{spec.tag|^spec.version|"latest"}". Within braces stand
// alternatives; the first that is set is taken; a quoted one is a constant.
type imageTemplate struct {
	text  string
	parts []templatePart
}

type templatePart struct {
	literal string
	any     []alternative // empty for a literal part
}

type alternative struct {
	at       selector
	constant string // used when not empty
}

func parseTemplate(text string) (imageTemplate, error) {
	t := imageTemplate{text: text}
	rest := text
	for rest != "" {
		literal, after, found := strings.Cut(rest, "{")
		if literal != "" {
			t.parts = append(t.parts, templatePart{literal: literal})
		}
		if !found {
			break
		}
		field, after, closed := strings.Cut(after, "}")
		if !closed {
			return t, fmt.Errorf("image %q: { without }", text)
		}
		part, err := parseAlternatives(field)
		if err != nil {
			return t, fmt.Errorf("image %q: %w", text, err)
		}
		t.parts, rest = append(t.parts, part), after
	}
	return t, nil
}

func parseAlternatives(field string) (templatePart, error) {
	var part templatePart
	for choice := range strings.SplitSeq(field, "|") {
		if strings.HasPrefix(choice, `"`) && !strings.HasPrefix(choice, `["`) {
			constant, err := strconv.Unquote(choice)
			if err != nil {
				return part, fmt.Errorf("constant %s: %w", choice, err)
			}
			part.any = append(part.any, alternative{constant: constant})
			continue
		}
		sel, err := parseSelector(choice)
		if err != nil {
			return part, err
		}
		part.any = append(part.any, alternative{at: sel})
	}
	return part, nil
}

// composed is an image name built from fields, and the fields it was built from.
type composed struct {
	raw  string
	from []spot
}

// place is the field to show as evidence: one that is named like an image, else
// the first.
func (c composed) place(here spot) *place {
	for _, s := range c.from {
		if imageKey.MatchString(s.at.key) {
			return s.at
		}
	}
	if len(c.from) > 0 {
		return c.from[0].at
	}
	return here.at
}

// build fills the template in; ok is false when a field is not set.
func (t imageTemplate) build(root, here spot) (out composed, ok bool) {
	var b strings.Builder
	for _, part := range t.parts {
		if len(part.any) == 0 {
			b.WriteString(part.literal)
			continue
		}
		value, from, ok := part.pick(root, here)
		if !ok {
			return composed{}, false
		}
		if from.node != nil {
			out.from = append(out.from, from)
		}
		b.WriteString(value)
	}
	out.raw = b.String()
	return out, true
}

// pick is the first alternative that is set.
func (p templatePart) pick(root, here spot) (string, spot, bool) {
	for _, choice := range p.any {
		if choice.constant != "" {
			return choice.constant, spot{}, true
		}
		start := here
		if choice.at.root {
			start = root
		}
		for _, s := range choice.at.find(start) {
			if v := text(s.node); v != "" {
				return v, s, true
			}
		}
	}
	return "", spot{}, false
}

// isSet reports whether a field holds something: not null, not "", not an empty
// list or mapping.
func isSet(n *yaml.Node) bool {
	n = deref(n)
	if n == nil {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		return text(n) != ""
	}
	return len(n.Content) > 0
}
