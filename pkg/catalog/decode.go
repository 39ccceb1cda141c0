package catalog

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decode reads one YAML document into out, a pointer to a struct. The library's
// own strict decoder stops at the first fault; this one goes on, so that all
// faults of a file are reported together, and remembers where each value stands.
func decode(file string, data []byte, out any) (positions, Problems) {
	d := &decoder{file: file, where: positions{"": {File: file}}}
	tree, err := parse(data)
	if err != nil {
		d.syntax(err)
		return d.where, d.problems
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		d.problems = append(d.problems, Problem{Position{File: file},
			fmt.Sprintf("want exactly one YAML document, found %d", len(tree.Docs))})
		return d.where, d.problems
	}
	d.value(tree.Docs[0].Body, reflect.ValueOf(out).Elem(), "")
	return d.where, d.problems
}

type decoder struct {
	file     string
	where    positions
	problems Problems
}

// value decodes node into v, dispatching on the Go type.
func (d *decoder) value(node ast.Node, v reflect.Value, path string) {
	switch node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.problem(node, "anchors, aliases, merges and tags are not used in components; write the value out")
		return
	case *ast.NullNode:
		d.problem(node, "%s has no value; give one or leave the key out", name(path))
		return
	}
	d.where[path] = d.position(start(node))
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.text(node, text, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(node, v, path)
	case reflect.Slice:
		d.list(node, v, path)
	case reflect.Map:
		d.mapping(node, v, path)
	default:
		d.scalar(node, v, path)
	}
}

func (d *decoder) list(node ast.Node, v reflect.Value, path string) {
	seq, ok := node.(*ast.SequenceNode)
	if !ok {
		d.problem(node, "%s must be a list, not %s", name(path), kind(node))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
	for i, item := range seq.Values {
		d.value(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

// syntax reports text that is not YAML.
func (d *decoder) syntax(err error) {
	var deep *depthError
	if errors.As(err, &deep) {
		d.problems = append(d.problems, Problem{d.position(deep.token), err.Error()})
		return
	}
	var syntax yaml.Error
	if errors.As(err, &syntax) {
		d.problems = append(d.problems, Problem{d.position(syntax.GetToken()), syntax.GetMessage()})
		return
	}
	d.problems = append(d.problems, Problem{Position{File: d.file}, err.Error()})
}

func (d *decoder) position(t *token.Token) Position {
	if t == nil || t.Position == nil {
		return Position{File: d.file}
	}
	return Position{d.file, t.Position.Line, t.Position.Column}
}

func (d *decoder) problem(node ast.Node, format string, args ...any) {
	at := d.position(start(node))
	d.problems = append(d.problems, Problem{at, fmt.Sprintf(format, args...)})
}

// start is the first token of a node: of a block mapping its first key, where
// the parser gives the colon.
func start(node ast.Node) *token.Token {
	switch n := node.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return node.GetToken()
}
