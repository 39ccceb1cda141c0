package opc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

const (
	amd = "linux/amd64"
	arm = "linux/arm64"
)

// upstream is a registry and a download site that answer for r.example and
// x.example.
type upstream struct {
	*testing.T
	registry *remotetest.Registry
	files    map[string]string
	server   *remotetest.Server
	catalog  fstest.MapFS
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{T: t, registry: &remotetest.Registry{}, files: map[string]string{}, catalog: fstest.MapFS{}}
	mux := http.NewServeMux()
	mux.Handle("/v2/", u.registry)
	mux.HandleFunc("/files/", func(w http.ResponseWriter, r *http.Request) {
		content, ok := u.files[strings.TrimPrefix(r.URL.Path, "/files/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, content)
	})
	u.server = remotetest.Serve(t, mux)
	return u
}

// component adds a component to the catalog.
func (u *upstream) component(name, lines string) {
	u.catalog[name+"/component.yaml"] = &fstest.MapFile{Mode: 0o644, Data: []byte(fmt.Sprintf(`name: %s
title: Demo
group: foundation
description: For tests.
version: "1"
licence: {spdx: MIT}
platforms: [linux/amd64, linux/arm64]
namespace: demo
%s
`, name, lines))}
}

// web is a component of one manifest and one image, which upstream has.
func (u *upstream) web() {
	u.component("web", `install: {manifests: [{url: "https://x.example/web.yaml"}]}
images: [{name: "r.example/web:1", found: rendered, size: 1MiB}]`)
	u.files["web.yaml"] = pod("r.example/web:1")
	u.image("web", "1", "first")
}

// lockedWeb is upstream with the component web, and a client that has locked it.
func lockedWeb(t *testing.T) (*upstream, *opc.Client, *compose.Plan, *lock.Lock) {
	t.Helper()
	u := newUpstream(t)
	u.web()
	c := u.client()
	p := plan(t, c, "web")
	return u, c, p, pins(t, c, p, nil)
}

func pod(images ...string) string {
	var b strings.Builder
	for i, image := range images {
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x%d}\nspec: {containers: [{name: x, image: %q}]}\n", i, image)
	}
	return b.String()
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// manifest publishes an image for one platform.
func (u *upstream) manifest(repo, tag, platform, content string) ocispec.Descriptor {
	u.Helper()
	p := platforms.MustParse(platform)
	config := encode(u.T, ocispec.Image{Platform: p, Author: content, RootFS: ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(content)}}})
	blob := []byte(content + " for " + platform)
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: ocispec.Descriptor{MediaType: ocispec.MediaTypeImageConfig, Digest: u.registry.Blob(repo, config), Size: int64(len(config))},
		Layers: []ocispec.Descriptor{{MediaType: ocispec.MediaTypeImageLayerGzip, Digest: u.registry.Blob(repo, blob), Size: int64(len(blob))}},
	}
	data := encode(u.T, m)
	return ocispec.Descriptor{MediaType: m.MediaType, Digest: u.registry.Manifest(repo, tag, m.MediaType, data), Size: int64(len(data)), Platform: &p}
}

// image publishes an image for both platforms, or for those given.
func (u *upstream) image(repo, tag, content string, targets ...string) digest.Digest {
	u.Helper()
	if len(targets) == 0 {
		targets = []string{amd, arm}
	}
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, target := range targets {
		index.Manifests = append(index.Manifests, u.manifest(repo, "", target, content))
	}
	return u.registry.Manifest(repo, tag, index.MediaType, encode(u.T, index))
}

// client opens a client on a store of its own, or on that of another directory.
func (u *upstream) client(change ...func(*opc.Options)) *opc.Client {
	u.Helper()
	site := "http://" + u.server.Host()
	opts := opc.Options{
		Store: u.TempDir(), Composer: opc.NewComposer(u.catalog), Client: "opc-image test",
		Remote: remote.Options{
			CertDirs: []string{}, DockerConfig: filepath.Join(u.TempDir(), "config.json"),
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Config: remote.Config{Mirrors: []remote.Mirror{
				{From: "r.example", To: []string{site}, Only: true},
				{From: "https://x.example/", To: []string{site + "/files/"}, Only: true},
			}},
		},
	}
	for _, c := range change {
		c(&opts)
	}
	client, err := opc.Open(opts)
	if err != nil {
		u.Fatal(err)
	}
	u.Cleanup(func() { client.Close() })
	return client
}

// kubefile writes a build context and gives its directory.
func kubefile(t *testing.T, text string, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, opc.KubefileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func plan(t *testing.T, c *opc.Client, name string, targets ...string) *compose.Plan {
	t.Helper()
	p, err := c.Compose(t.Context(), opc.Target{Name: name, Platforms: targets})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pins(t *testing.T, c *opc.Client, p *compose.Plan, old *lock.Lock) *lock.Lock {
	t.Helper()
	l, err := c.Lock(t.Context(), p, old)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func build(t *testing.T, c *opc.Client, p *compose.Plan, l *lock.Lock, name string) *opc.Image {
	t.Helper()
	img, err := c.Build(t.Context(), p, l, name)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// whole verifies an image.
func whole(t *testing.T, c *opc.Client, name string) {
	t.Helper()
	reports, err := c.Verify(t.Context(), name, false)
	if err != nil {
		t.Errorf("%v: %+v", err, reports)
	}
}
