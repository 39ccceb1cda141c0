package catalog

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/opc-source/opc-image/pkg/typo"
)

func (d *decoder) structure(node ast.Node, v reflect.Value, path string) {
	fields := fieldsOf(v.Type())
	seen := map[string]token.Position{}
	entries, ok := d.entries(node, path)
	if !ok {
		return
	}
	for _, entry := range entries {
		key, ok := d.key(entry, seen)
		if !ok {
			continue
		}
		index, known := fields[key]
		if !known {
			d.problem(entry.Key, "unknown key %q; %s", key, typo.Hint(key, slices.Collect(maps.Keys(fields)), "known here: "))
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

func (d *decoder) mapping(node ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	seen := map[string]token.Position{}
	entries, _ := d.entries(node, path)
	for _, entry := range entries {
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
func (d *decoder) entries(node ast.Node, path string) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	d.problem(node, "%s must be a mapping, not %s", name(path), kind(node))
	return nil, false
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
