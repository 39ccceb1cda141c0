package push

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"go.uber.org/goleak"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newClient(t testing.TB, o remote.Options) *remote.Client {
	t.Helper()
	o.CertDirs = []string{}
	o.DockerConfig = filepath.Join(t.TempDir(), "config.json")
	o.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	c, err := remote.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func newStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t testing.TB, s *store.Store, mediaType string, data []byte) ocispec.Descriptor {
	t.Helper()
	d, err := s.Put(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(data))}
}

func putJSON(t testing.TB, s *store.Store, mediaType string, v any) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return put(t, s, mediaType, data)
}

// putManifest makes an image of layers in a store.
func putManifest(t testing.TB, s *store.Store, layers ...string) ocispec.Descriptor {
	t.Helper()
	m := ocispec.Manifest{
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    putJSON(t, s, ocispec.MediaTypeImageConfig, ocispec.Image{Author: layers[0][:1]}),
	}
	m.SchemaVersion = 2
	for _, l := range layers {
		m.Layers = append(m.Layers, put(t, s, ocispec.MediaTypeImageLayer, []byte(l)))
	}
	return putJSON(t, s, m.MediaType, m)
}

func putIndex(t testing.TB, s *store.Store, entries ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	x := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: entries}
	x.SchemaVersion = 2
	return putJSON(t, s, x.MediaType, x)
}

func ref(t testing.TB, name string) reference.Ref {
	t.Helper()
	r, err := reference.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sum(s string) string { return digest.FromString(s).String() }

// check compares an error with its exact text, in which HOST is the host.
func check(t testing.TB, err error, host, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if want = strings.ReplaceAll(want, "HOST", host); got != want {
		t.Errorf("error\n got %s\nwant %s", got, want)
	}
}
