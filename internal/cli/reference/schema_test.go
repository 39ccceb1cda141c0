package reference_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/internal/cli/reference"
)

// compile reads a committed schema.
func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(top, "docs/schema", name))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	const digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const lock = `
version: 1
profile: full
inputs: ` + digest + `
platforms: [linux/amd64]
tools: {tar: opc-tar/1}
downloads:
- {source: "https://a.example/b", digest: "` + digest + `", size: 3}
images:
- name: docker.io/library/a:1
  digest: ` + digest + `
  mediaType: application/vnd.oci.image.index.v1+json
  size: 3
  platforms: []
`
	const config = `
mirrors:
- from: docker.io
  to: [mirror.example/hub]
  only: true
hosts:
- {name: mirror.example, ca: /etc/pki/mirror.pem, user: builder, passwordEnv: MIRROR_PASSWORD}
limits: {perHost: 4, idle: 30s}
`
	for _, test := range []struct {
		name, schema, text string
		good               bool
	}{
		{"a lock", "lock.json", lock, true},
		{"a lock without inputs", "lock.json", strings.Replace(lock, "inputs: "+digest, "", 1), false},
		{"a lock with an unknown key", "lock.json", lock + "colour: blue\n", false},
		{"a digest that is none", "lock.json", strings.Replace(lock, digest, "sha256:123", 1), false},
		{"a configuration", "config.json", config, true},
		{"an empty configuration", "config.json", "{}", true},
		{"an unknown key", "config.json", config + "mirror: []\n", false},
		{"a mirror from nowhere", "config.json", "mirrors: [{to: [a]}]", false},
		{"a duration without a unit", "config.json", "limits: {idle: 30}", false},
	} {
		if err := validate(t, compile(t, test.schema), test.text); (err == nil) != test.good {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestSchemasAreGenerated also finds that each key has a description.
func TestSchemasAreGenerated(t *testing.T) {
	t.Parallel()
	for name, generate := range reference.Schemas {
		want, err := os.ReadFile(filepath.Join(top, "docs/schema", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := generate(top)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("docs/schema/%s is out of date; run go generate ./internal/cli (-committed +generated):\n%s", name, diff)
		}
	}
	for _, key := range []string{"mirrors", "hosts", "limits"} {
		if s := compile(t, "config.json").Properties[key]; s == nil || len(s.Description) < 10 {
			t.Errorf("%s has no description", key)
		}
	}
}

func TestComponentsFollowTheSchema(t *testing.T) {
	t.Parallel()
	s := compile(t, "component.json")
	files, err := fs.Glob(images.FS, "*/component.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("components: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(images.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, s, string(text)); err != nil {
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
	s := compile(t, "component.json")
	if err := validate(t, s, minimal); err != nil {
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
		if validate(t, s, text) == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestEveryKeyIsDescribed(t *testing.T) {
	t.Parallel()
	described(t, "component", compile(t, "component.json"), map[*jsonschema.Schema]bool{})
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
