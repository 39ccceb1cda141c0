package schema_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	yaml "github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog/schema"
)

const committed = "../../../docs/schema/component.json"

func generate(t *testing.T) []byte {
	t.Helper()
	data, err := schema.Schema("..")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCommittedSchemaIsGenerated(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(generate(t))); diff != "" {
		t.Errorf("the schema is out of date; run go generate ./pkg/catalog/schema (-committed +generated):\n%s", diff)
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(generate(t)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("component.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("component.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestComponentsFollowTheSchema(t *testing.T) {
	t.Parallel()
	s := compile(t)
	files, err := fs.Glob(images.FS, "*/component.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("components: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(images.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, s, text); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

const minimal = `
name: demo
title: Demo
group: foundation
description: For tests.
version: "1"
licence: {spdx: MIT}
`

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	s := compile(t)
	if err := validate(t, s, []byte(minimal)); err != nil {
		t.Fatalf("the minimal component: %v", err)
	}
	for name, text := range map[string]string{
		"an unknown key":        minimal + "colour: blue\n",
		"an unknown inner key":  minimal + "images: [{name: a, found: rendered, tag: b}]\n",
		"a wrong type":          minimal + "requires: cert-manager\n",
		"an unknown group":      strings.Replace(minimal, "foundation", "misc", 1),
		"a missing name":        strings.Replace(minimal, "name: demo", "", 1),
		"a size without a unit": minimal + "images: [{name: a, found: rendered, size: 12}]\n",
		"an unknown origin":     minimal + "images: [{name: a, found: guessed}]\n",
		"a bad duration":        minimal + "readyTimeout: soon\n",
		"a bad mode":            minimal + "install: {hostFiles: [{path: a, dest: b, mode: rwx}]}\n",
		"an empty text":         minimal + "namespace: \"\"\n",
	} {
		if validate(t, s, []byte(text)) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestEveryKeyIsDescribed(t *testing.T) {
	t.Parallel()
	described(t, "component", compile(t), map[*jsonschema.Schema]bool{})
}

func described(t *testing.T, path string, s *jsonschema.Schema, seen map[*jsonschema.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	described(t, path, s.Ref, seen)
	described(t, path+"[]", s.Items2020, seen)
	for key, property := range s.Properties {
		if len(property.Description) < len("name of the object") {
			t.Errorf("%s.%s: description %q", path, key, property.Description)
		}
		described(t, path+"."+key, property, seen)
	}
}
