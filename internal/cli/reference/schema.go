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

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/remote"
)

const module = "github.com/opc-source/opc-image/"

// Lock is the JSON schema of opc.lock, draft 2020-12. top is the way from the
// working directory to the top of the repository, whose sources have the
// descriptions.
func Lock(top string) ([]byte, error) {
	return schema(&lock.Lock{}, "The lock of a cluster image: opc.lock", top, "pkg/lock")
}

// Config is the JSON schema of config.yaml; see Lock.
func Config(top string) ([]byte, error) {
	return schema(&remote.Config{}, "The configuration of opc-image: config.yaml", top, "pkg/remote")
}

func schema(of any, title, top, source string) ([]byte, error) {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", Anonymous: true, ExpandedStruct: true, Mapper: scalar}
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
	}
	return nil
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
