package store

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"go.uber.org/goleak"

	"github.com/opc-source/opc-image/pkg/layer"
)

func TestMain(m *testing.M) {
	if run := os.Getenv(childEnv); run != "" {
		os.Exit(child(run))
	}
	goleak.VerifyTestMain(m)
}

func mustOpen(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{NoSync: true}) // the disk of a test machine may be slow
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newStore(t testing.TB) *Store {
	t.Helper()
	return mustOpen(t, t.TempDir())
}

func mustPut(t testing.TB, s *Store, content string) ocispec.Descriptor {
	t.Helper()
	dgst, err := s.Put(t.Context(), []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: "application/octet-stream", Digest: dgst, Size: int64(len(content))}
}

// read is the whole content of a blob.
func read(t testing.TB, s *Store, dgst digest.Digest) string {
	t.Helper()
	b, err := s.Open(dgst)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, b); err != nil {
		t.Fatal(err)
	}
	if int64(buf.Len()) != b.Size() {
		t.Errorf("%s: read %d bytes, Size says %d", dgst, buf.Len(), b.Size())
	}
	return buf.String()
}

// mustLayer stores a layer whose files are blobs of the store: name, content, ….
func mustLayer(t testing.TB, s *Store, files ...string) ocispec.Descriptor {
	t.Helper()
	desc, err := s.PutLayer(t.Context(), recipe(t, s, files...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return desc
}

func recipe(t testing.TB, s *Store, files ...string) *layer.Recipe {
	t.Helper()
	var entries []layer.Entry
	for i := 0; i < len(files); i += 2 {
		d := mustPut(t, s, files[i+1])
		entries = append(entries, layer.Entry{Name: files[i], Mode: 0o644, Blob: d.Digest, Size: d.Size})
	}
	r, err := layer.New(entries)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// mustJSON stores v as JSON of a media type.
func mustJSON(t testing.TB, s *Store, mediaType string, v any) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	d := mustPut(t, s, string(data))
	d.MediaType = mediaType
	return d
}

// mustImage stores an image of one platform with layers, and tags it.
func mustImage(t testing.TB, s *Store, name string, layers ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	desc := mustJSON(t, s, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: mustJSON(t, s, ocispec.MediaTypeImageConfig, map[string]string{"name": name}),
		Layers: layers,
	})
	if err := s.Tag(t.Context(), name, desc); err != nil {
		t.Fatal(err)
	}
	return desc
}

// mustBlobPath is the file of a blob.
func mustBlobPath(t testing.TB, s *Store, dgst digest.Digest) string {
	t.Helper()
	path, err := s.blobPath(dgst)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// damage changes a byte in the middle of a file, which keeps its size.
func damage(t testing.TB, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q does not contain %q", err, text)
		}
	}
}

// leftovers lists what is in the ingest directory.
func leftovers(t testing.TB, s *Store) []string {
	t.Helper()
	entries, err := os.ReadDir(s.path(ingestDir))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
