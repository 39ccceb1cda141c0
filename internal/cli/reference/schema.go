package reference

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/remote"
)

const module = "github.com/opc-source/opc-image/"

// Schemas are the functions that make the JSON schemas, by the name of the file
// below docs/schema. top is the way from the working directory to the top of the
// repository, whose sources have the descriptions.
var Schemas = map[string]func(top string) ([]byte, error){
	"lock.json": Lock, "config.json": Config, "component.json": Component,
}

// Lock is the JSON schema of opc.lock, draft 2020-12.
func Lock(top string) ([]byte, error) {
	s, err := reflected(&lock.Lock{}, "The lock of a cluster image: opc.lock", top, "pkg/lock")
	return encode(s, err)
}

// Config is the JSON schema of config.yaml.
func Config(top string) ([]byte, error) {
	s, err := reflected(&remote.Config{}, "The configuration of opc-image: config.yaml", top, "pkg/remote")
	return encode(s, err)
}

// Component is the JSON schema of component.yaml.
func Component(top string) ([]byte, error) {
	s, err := reflected(&catalog.Component{}, "A component of an opc-image catalog", top, "pkg/catalog")
	if err != nil {
		return nil, err
	}
	group, _ := s.Properties.Get("group")
	for _, v := range catalog.Groups() {
		group.Enum = append(group.Enum, v)
	}
	notEmpty(s)
	for _, definition := range s.Definitions {
		notEmpty(definition)
	}
	return encode(s, nil)
}

// reflected is the schema of a Go type of the package in the folder source.
func reflected(of any, title, top, source string) (*jsonschema.Schema, error) {
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", Anonymous: true, ExpandedStruct: true, Mapper: scalar,
		RequiredFromJSONSchemaTags: source == "pkg/catalog", // elsewhere what has no omitempty is required
	}
	// The reflector wants the import path of what the working directory is.
	if err := r.AddGoComments(path.Join(module, source), path.Join(top, source), jsonschema.WithFullComment()); err != nil {
		return nil, fmt.Errorf("read doc comments: %w", err)
	}
	comments := map[string]string{}
	for name, text := range r.CommentMap {
		comments[strings.Replace(name, path.Join(module, source, top), strings.TrimSuffix(module, "/"), 1)] = text
	}
	r.CommentMap = comments
	s := r.Reflect(of)
	s.Title = title
	describe(s)
	for _, definition := range s.Definitions {
		describe(definition)
	}
	return s, nil
}

func encode(s *jsonschema.Schema, err error) ([]byte, error) {
	if err != nil {
		return nil, err
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
	case reflect.TypeFor[digest.Digest]():
		return &jsonschema.Schema{Type: "string", Pattern: "^sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$"}
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
	case reflect.TypeFor[catalog.Size]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)? ?([KMG]i)?B$`}
	case reflect.TypeFor[catalog.Duration]():
		two := uint64(2)
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+h)?([0-9]+m)?([0-9]+s)?$`, MinLength: &two}
	case reflect.TypeFor[catalog.Mode]():
		return &jsonschema.Schema{Type: "string", Pattern: `^0?[0-7]{3}$`}
	}
	return nil
}

// notEmpty asks every text to say something.
func notEmpty(s *jsonschema.Schema) {
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Type == "string" && p.Value.Pattern == "" && p.Value.Enum == nil {
			one := uint64(1)
			p.Value.MinLength = &one
		}
	}
}

// describe puts the comments of Go, which begin with the name of a field, into
// one line that begins with the key.
func describe(s *jsonschema.Schema) {
	s.Description = line(s.Description)
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		text := line(p.Value.Description)
		if first, rest, _ := strings.Cut(text, " "); strings.EqualFold(first, p.Key) {
			text = p.Key + " " + rest
		}
		p.Value.Description = text
	}
}

func line(text string) string { return strings.Join(strings.Fields(text), " ") }
