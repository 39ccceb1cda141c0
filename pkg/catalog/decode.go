package catalog

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strings"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// decode reads one YAML document into out, a pointer to a struct. The library's
// own strict decoder stops at the first fault; this one goes on, so that all
// faults of a file are reported together, and remembers where each value stands.
func decode(file string, data []byte, out any) (positions, Problems) {
	d := &decoder{file: file, where: positions{"": {File: file}}}
	tree, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
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
	d.where[path] = d.position(node.GetToken())
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

func (d *decoder) structure(node ast.Node, v reflect.Value, path string) {
	fields := fieldsOf(v.Type())
	seen := map[string]token.Position{}
	for _, entry := range d.entries(node, path) {
		key, ok := d.key(entry, seen)
		if !ok {
			continue
		}
		index, known := fields[key]
		if !known {
			d.problem(entry.Key, "unknown key %q%s", key, didYouMean(key, fields))
			continue
		}
		d.value(entry.Value, v.Field(index), join(path, key))
		d.where[join(path, key)] = d.position(entry.Key.GetToken())
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		_, given := seen[key]
		if !given && strings.Contains(field.Tag.Get("jsonschema"), "required") {
			d.problem(node, "%s is missing", name(join(path, key)))
		}
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

func (d *decoder) mapping(node ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	seen := map[string]token.Position{}
	for _, entry := range d.entries(node, path) {
		key, ok := d.key(entry, seen)
		if !ok {
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(entry.Value, item, join(path, key))
		v.SetMapIndex(reflect.ValueOf(key), item)
	}
}

// entries are the pairs of a mapping, however the parser represents it.
func (d *decoder) entries(node ast.Node, path string) []*ast.MappingValueNode {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	d.problem(node, "%s must be a mapping, not %s", name(path), kind(node))
	return nil
}

// key reads the key of an entry and refuses one that was there before.
func (d *decoder) key(entry *ast.MappingValueNode, seen map[string]token.Position) (string, bool) {
	text, ok := entry.Key.(*ast.StringNode)
	if !ok {
		d.problem(entry.Key, "a key must be plain text, not %s", kind(entry.Key))
		return "", false
	}
	if first, dup := seen[text.Value]; dup {
		d.problem(entry.Key, "key %q is given twice; first in line %d", text.Value, first.Line)
		return "", false
	}
	seen[text.Value] = *text.GetToken().Position
	return text.Value, true
}

// syntax reports text that is not YAML.
func (d *decoder) syntax(err error) {
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
	at := d.position(node.GetToken())
	d.problems = append(d.problems, Problem{at, fmt.Sprintf(format, args...)})
}
