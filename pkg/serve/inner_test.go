package serve_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	into "oras.land/oras-go/v2/content/memory"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/opc-source/opc-image/pkg/serve"
)

// TestInnerImages asks for the images in the cluster image in all the ways that
// clients name them.
func TestInnerImages(t *testing.T) {
	t.Parallel()
	_, g, _ := fixture(t)
	for target, want := range map[string]int{
		"/v2/library/nginx/manifests/1.27":                         200,
		"/v2/docker.io/library/nginx/manifests/1.27":               200,
		"/v2/library/nginx/manifests/1.27?ns=docker.io":            200,
		"/v2/library/nginx/manifests/1.27?ns=registry-1.docker.io": 200,
		"/v2/library/nginx/manifests/1.27?ns=quay.io":              404,
		"/v2/quay.io/library/nginx/manifests/1.27":                 404,
		"/v2/pause/manifests/3?ns=registry.k8s.io":                 200,
		"/v2/org/tool/manifests/3":                                 404,
	} {
		if got := ask(t, g, http.MethodGet, target); got.StatusCode != want {
			t.Errorf("%s: %s, want %d: %s", target, got.Status, want, got.body)
		}
	}
}

// TestStretchOfLayer takes the inner images' blobs away from the store: those in
// the layer remain, as in an image that came from elsewhere.
func TestStretchOfLayer(t *testing.T) {
	t.Parallel()
	m, _, desc := fixture(t)
	var manifest ocispec.Manifest
	if err := json.Unmarshal(m.blobs[desc.Digest], &manifest); err != nil {
		t.Fatal(err)
	}
	layer := manifest.Layers[0].Digest
	data, err := io.ReadAll(m.recipes[layer].Open(m))
	if err != nil {
		t.Fatal(err)
	}
	pulled := newMemory()
	pulled.put("", data)
	pulled.put("", m.blobs[desc.Digest])
	pulled.tag("reg.example:5000/opc/full:v1", desc)
	g := serve.New(pulled, serve.Options{})
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	repo, err := remote.NewRepository(strings.TrimPrefix(server.URL, "http://") + "/library/nginx")
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	// The index lists a platform that is not here, so go by its first manifest.
	index, err := oras.Resolve(t.Context(), repo, "1.27", oras.ResolveOptions{
		TargetPlatform: &ocispec.Platform{OS: "linux", Architecture: "amd64"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oras.Copy(t.Context(), repo, index.Digest.String(), into.New(), "x", oras.DefaultCopyOptions); err != nil {
		t.Fatal(err)
	}
}
