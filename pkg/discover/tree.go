package discover

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads one document to its end; nil for an empty one.
func parseYAML(data []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("not YAML: %w", err)
	}
	// The parser stops where a document ends, even in the middle of a line.
	if err := dec.Decode(&more); err == nil {
		return nil, errors.New("not one YAML document: more follows its end")
	} else if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not YAML: %w", err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], nil
}

// deref follows aliases. Anchors cannot form a loop of aliases only.
func deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// get is the value of a key of a mapping, merge keys included; nil when there is
// none.
func get(n *yaml.Node, key string) *yaml.Node { return lookup(n, key, 0) }

// maxMerge bounds merge keys inside merge keys.
const maxMerge = 10

func lookup(n *yaml.Node, key string, depth int) *yaml.Node {
	n = deref(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxMerge {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return deref(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		for _, merged := range listOf(n.Content[i+1]) {
			if v := lookup(merged, key, depth+1); v != nil {
				return v
			}
		}
	}
	return nil
}

// listOf is the items of a sequence, or the node itself.
func listOf(n *yaml.Node) []*yaml.Node {
	n = deref(n)
	if n == nil {
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// text is the value of a scalar that is not null, else "".
func text(n *yaml.Node) string {
	n = deref(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// place is a position in a document. It is linked to its parent, so that walking
// builds no strings; they are made only for evidence.
type place struct {
	up    *place
	key   string // of a mapping; unused when index ≥ 0
	index int    // in a sequence, or -1
}

func (p *place) child(key string) *place { return &place{up: p, key: key, index: -1} }
func (p *place) item(i int) *place       { return &place{up: p, index: i} }

// inside marks the step into a text that is parsed as a document of its own.
const inside = "#"

// inText reports whether a place lies in a text of the document.
func (p *place) inText() bool {
	for ; p != nil; p = p.up {
		if p.key == inside {
			return true
		}
	}
	return false
}

// String is the path in the form "spec.containers[0].image".
func (p *place) String() string {
	var steps []*place
	for ; p != nil; p = p.up {
		steps = append(steps, p)
	}
	var b strings.Builder
	for i := len(steps) - 1; i >= 0; i-- {
		writeStep(&b, steps[i])
	}
	return b.String()
}

func writeStep(b *strings.Builder, s *place) {
	switch {
	case s.index >= 0:
		b.WriteString("[" + strconv.Itoa(s.index) + "]")
	case s.key == inside:
		b.WriteString(inside)
	case strings.ContainsAny(s.key, ".[]# "):
		b.WriteString("[" + strconv.Quote(s.key) + "]")
	default:
		if b.Len() > 0 && !strings.HasSuffix(b.String(), inside) {
			b.WriteByte('.')
		}
		b.WriteString(s.key)
	}
}
