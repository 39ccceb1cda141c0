package catalog

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// text decodes a scalar that has its own notation, from the characters as they
// are written: 0755 stays "0755".
func (d *decoder) text(node ast.Node, out encoding.TextUnmarshaler, path string) {
	if _, ok := node.(ast.ScalarNode); !ok {
		d.problem(node, "%s must be plain text, not %s", name(path), kind(node))
		return
	}
	if err := out.UnmarshalText([]byte(node.GetToken().Value)); err != nil {
		d.problem(node, "%s: %v", name(path), err)
	}
}

// scalar decodes text, truth values and whole numbers. A number where text is
// wanted is an error, because 1.30 would silently become 1.3.
func (d *decoder) scalar(node ast.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		switch n := node.(type) {
		case *ast.StringNode:
			v.SetString(n.Value)
		case *ast.LiteralNode:
			v.SetString(n.Value.Value)
		default:
			hint := ""
			if _, ok := node.(ast.ScalarNode); ok {
				hint = "; put " + node.GetToken().Value + " in quotes"
			}
			d.problem(node, "%s must be text, not %s%s", name(path), kind(node), hint)
			return
		}
		if strings.TrimSpace(v.String()) == "" {
			d.problem(node, "%s is empty; give a value or leave the key out", name(path))
		}
	case reflect.Bool:
		n, ok := node.(*ast.BoolNode)
		if !ok {
			d.problem(node, "%s must be true or false, not %s", name(path), kind(node))
			return
		}
		v.SetBool(n.Value)
	default:
		number, err := strconv.ParseInt(node.GetToken().Value, 10, 32)
		if _, ok := node.(*ast.IntegerNode); !ok || err != nil || number < 0 {
			d.problem(node, "%s must be a whole number, not %s", name(path), kind(node))
			return
		}
		v.SetInt(number)
	}
}

// kind is what a reader would call a node.
func kind(node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.BoolNode:
		return "a truth value"
	case *ast.NullNode:
		return "nothing"
	}
	return "a number"
}

// name is what a message calls the value at a path.
func name(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// fieldsOf maps the keys of a struct to its field numbers.
func fieldsOf(t reflect.Type) map[string]int {
	fields := map[string]int{}
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if key != "" {
			fields[key] = i
		}
	}
	return fields
}
