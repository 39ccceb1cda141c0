package source

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"go.uber.org/goleak"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// setup starts a registry and a source that waits for nothing.
func setup(t testing.TB, cfg remote.Config) (*remotetest.Server, *remotetest.Registry, *Source, *fake) {
	t.Helper()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newFake()
	return srv, reg, newSource(t, cfg, st), st
}

func newSource(t testing.TB, cfg remote.Config, st Store) *Source {
	t.Helper()
	client, err := remote.New(remote.Options{
		Config: cfg, CertDirs: []string{}, DockerConfig: filepath.Join(t.TempDir(), "config.json"),
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return New(client, st)
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func describe(mediaType string, data []byte) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(data), Size: int64(len(data))}
}

// addManifest puts an image for one platform into a registry.
func addManifest(t testing.TB, reg *remotetest.Registry, repo, tag, platform string, layers ...string) ocispec.Descriptor {
	t.Helper()
	p := platforms.MustParse(platform)
	config := encode(t, ocispec.Image{Platform: p})
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: describe(ocispec.MediaTypeImageConfig, config)}
	m.SchemaVersion = 2
	reg.Blob(repo, config)
	for _, l := range layers {
		reg.Blob(repo, []byte(l))
		m.Layers = append(m.Layers, describe(ocispec.MediaTypeImageLayer, []byte(l)))
	}
	data := encode(t, m)
	reg.Manifest(repo, tag, m.MediaType, data)
	desc := describe(m.MediaType, data)
	desc.Platform = &p
	return desc
}

// addIndex puts an index into a registry.
func addIndex(t testing.TB, reg *remotetest.Registry, repo, tag string, entries ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	x := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: entries}
	x.SchemaVersion = 2
	data := encode(t, x)
	reg.Manifest(repo, tag, x.MediaType, data)
	return describe(x.MediaType, data)
}

// add puts an image for amd64 and arm64 that share a layer into a registry.
func add(t testing.TB, reg *remotetest.Registry, repo, tag, shared string) ocispec.Descriptor {
	t.Helper()
	return addIndex(t, reg, repo, tag,
		addManifest(t, reg, repo, "", "linux/amd64", shared, repo+tag+" for amd64"),
		addManifest(t, reg, repo, "", "linux/arm64", shared, repo+tag+" for arm64"))
}

func ref(t testing.TB, name string) reference.Ref {
	t.Helper()
	r, err := reference.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func want(names ...string) []ocispec.Platform {
	var list []ocispec.Platform
	for _, n := range names {
		list = append(list, platforms.MustParse(n))
	}
	return list
}

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
