package reference_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"

	"github.com/opc-source/opc-image/internal/cli"
	"github.com/opc-source/opc-image/internal/cli/reference"
)

const top = "../../.."

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

func TestReferenceIsGenerated(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile(filepath.Join(top, "docs/cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(reference.Markdown(cli.New()))); diff != "" {
		t.Errorf("docs/cli.md is out of date; run go generate ./internal/cli (-committed +generated):\n%s", diff)
	}
}

// TestReferenceIsComplete looks for each command and flag there is.
func TestReferenceIsComplete(t *testing.T) {
	t.Parallel()
	root := cli.New()
	text := string(reference.Markdown(root))
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c != root && !c.Hidden && !strings.Contains(text, "### "+c.CommandPath()+"\n") {
			t.Errorf("%s is missing", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	for _, flag := range []string{"`--store string`", "`-o, --file string`", "`-t, --tag string`", `text\|json`} {
		if !strings.Contains(text, flag) {
			t.Errorf("%s is missing", flag)
		}
	}
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
	for name, generate := range map[string]func(string) ([]byte, error){"lock.json": reference.Lock, "config.json": reference.Config} {
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
