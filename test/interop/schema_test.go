package interop

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// specModule has the schemas of the OCI image specification. Its package schema
// would need a second release of the JSON schema library.
const specModule = "github.com/opencontainers/image-spec"

// TestSchemas holds every document that we write for a cluster image against the
// schemas of the OCI image specification.
func TestSchemas(t *testing.T) {
	t.Parallel()
	schemas := newSchemas(t)
	f := newFixture(t)
	blob := func(desc ocispec.Descriptor) []byte {
		data, err := f.client.Store().ReadAll(t.Context(), desc)
		check(t, err)
		return data
	}
	file := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(f.dir, name))
		check(t, err)
		return data
	}
	schemas.valid(t, "image-layout-schema.json", file(ocispec.ImageLayoutFile))
	schemas.valid(t, "image-index-schema.json", file(ocispec.ImageIndexFile))
	schemas.valid(t, "image-index-schema.json", blob(f.image.Descriptor))
	for _, v := range f.image.Variants {
		schemas.valid(t, "image-manifest-schema.json", blob(v.Descriptor))
		schemas.valid(t, "config-schema.json", blob(v.Manifest.Config))
	}
}

// TestSchemasRefuse makes sure that the schemas are read at all.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	schemas := newSchemas(t)
	for name, document := range map[string]string{
		"image-manifest-schema.json": `{"schemaVersion": 2, "config": {"mediaType": "a/b", "size": "1", "digest": "sha256:1"}, "layers": []}`,
		"image-index-schema.json":    `{"schemaVersion": 3, "manifests": []}`,
		"config-schema.json":         `{"architecture": "amd64", "rootfs": {}}`,
	} {
		if schemas.validate(t, name, []byte(document)) == nil {
			t.Errorf("%s takes %s", name, document)
		}
	}
}

// schemas are the files of the specification, found by the last element of the
// address they are referred to by.
type schemas struct{ dir string }

func newSchemas(t *testing.T) schemas {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", specModule).Output()
	if err != nil {
		t.Skipf("the schemas of %s cannot be found: %v", specModule, err)
	}
	return schemas{filepath.Join(strings.TrimSpace(string(out)), "schema")}
}

// Load reads the schema at a URL.
func (s schemas) Load(url string) (any, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, path.Base(url)))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}

func (s schemas) valid(t *testing.T, name string, document []byte) {
	t.Helper()
	if err := s.validate(t, name, document); err != nil {
		t.Errorf("%v\n%s", err, document)
	}
}

func (s schemas) validate(t *testing.T, name string, document []byte) error {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(s)
	schema, err := compiler.Compile("https://opencontainers.org/schema/image/" + name)
	check(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	check(t, err)
	return schema.Validate(value)
}
