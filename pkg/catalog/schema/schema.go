// Package schema generates the JSON schema of component.yaml from the Go types
// of package catalog, with their doc comments as descriptions. Only the
// generator and its tests use it.
package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/opc-source/opc-image/pkg/catalog"
)

//go:generate go run ./generate ../../../docs/schema/component.json

// Title is what editors show for the schema.
const Title = "A component of an opc-image catalog"

const packagePath = "github.com/opc-source/opc-image/pkg/catalog/schema"

// Schema returns the schema as indented JSON, JSON Schema draft 2020-12. source
// is the relative path from the working directory, which must be this
// package's folder, to the source of package catalog.
func Schema(source string) ([]byte, error) {
	r := &jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		Anonymous:                  true,
		ExpandedStruct:             true,
		Mapper:                     scalar,
	}
	if err := r.AddGoComments(packagePath, source, jsonschema.WithFullComment()); err != nil {
		return nil, fmt.Errorf("read doc comments: %w", err)
	}
	s := r.Reflect(&catalog.Component{})
	s.Title = Title
	refine(s)
	s.Properties.Set("group", withEnum(s, "group", catalog.Groups()))
	for _, definition := range s.Definitions {
		refine(definition)
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return append(data, '\n'), nil
}

// scalar describes the types that have a notation of their own.
func scalar(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[catalog.Size]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)? ?([KMG]i)?B$`}
	case reflect.TypeFor[catalog.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+h)?([0-9]+m)?([0-9]+s)?$`, MinLength: ptr[uint64](2)}
	case reflect.TypeFor[catalog.Mode]():
		return &jsonschema.Schema{Type: "string", Pattern: `^0?[0-7]{3}$`}
	}
	return nil
}

// refine turns doc comments, which begin with a Go name, into descriptions that
// begin with the key, on one line; and asks every text to say something.
func refine(s *jsonschema.Schema) {
	s.Description = oneLine(s.Description)
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		text := oneLine(p.Value.Description)
		first, rest, _ := strings.Cut(text, " ")
		if strings.EqualFold(first, p.Key) {
			text = p.Key + " " + rest
		}
		p.Value.Description = text
		if p.Value.Type == "string" && p.Value.Pattern == "" && p.Value.Enum == nil {
			p.Value.MinLength = ptr[uint64](1)
		}
	}
}

func withEnum(s *jsonschema.Schema, key string, values []string) *jsonschema.Schema {
	property, _ := s.Properties.Get(key)
	for _, v := range values {
		property.Enum = append(property.Enum, v)
	}
	property.MinLength = nil
	return property
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func ptr[T any](v T) *T { return &v }
