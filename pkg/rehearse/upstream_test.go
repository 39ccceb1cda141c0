package rehearse_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/oci"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// inventory is small enough for a test to read all of it.
var inventory = rehearse.Inventory{
	Images: []rehearse.Image{
		{Name: "nginx:1.27", Size: 600 << 10},
		{Name: "registry.istio.io/release/pilot:1.30.3", Size: 700 << 10},
		{Name: "registry.istio.io/release/proxyv2:1.30.3", Size: 600 << 10},
		{Name: "quay.io/a/only-amd64:1", Size: 100 << 10, Platforms: []string{"linux/amd64"}},
	},
	Charts: []rehearse.Chart{
		{Repo: "https://charts.example.org/stable", Name: "web", Version: "1.2.3", Images: []string{"nginx:1.27"}},
		{Repo: "oci://registry.istio.io/release/charts", Name: "istiod", Version: "1.30.3+x"},
	},
}

// start runs an upstream until the test ends.
func start(t *testing.T, inv rehearse.Inventory, opts rehearse.Options) *rehearse.Upstream {
	t.Helper()
	u, err := rehearse.New(inv, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.Close() })
	return u
}

// get reads a path of the upstream.
func get(t *testing.T, u *rehearse.Upstream, path string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+u.Address()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// index pulls an image with all its platforms and opens its index.
func index(t *testing.T, u *rehearse.Upstream, image string) v1.ImageIndex {
	t.Helper()
	dir := t.TempDir()
	repo, err := remote.NewRepository(u.Address() + "/" + image)
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	to, err := oci.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	desc, err := oras.Copy(t.Context(), repo, repo.Reference.Reference, to, "", oras.DefaultCopyOptions)
	if err != nil {
		t.Fatal(err)
	}
	root, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	idx, err := root.ImageIndex(v1.Hash{Algorithm: "sha256", Hex: desc.Digest.Encoded()})
	if err != nil {
		t.Fatal(err)
	}
	return idx
}

// TestImagesAreValid has another implementation recompute every digest, size and
// diff ID.
func TestImagesAreValid(t *testing.T) {
	t.Parallel()
	u := start(t, inventory, rehearse.Options{Divisor: 1})
	for image, platforms := range map[string]int{
		"docker.io/library/nginx:1.27":           2,
		"index.docker.io/library/nginx:1.27":     2,
		"registry.istio.io/release/pilot:1.30.3": 2,
		"quay.io/a/only-amd64:1":                 1,
	} {
		idx := index(t, u, image)
		if err := validate.Index(idx); err != nil {
			t.Errorf("%s: %v", image, err)
		}
		manifest, err := idx.IndexManifest()
		if err != nil {
			t.Fatal(err)
		}
		if got := len(manifest.Manifests); got != platforms {
			t.Errorf("%s has %d platforms, want %d", image, got, platforms)
		}
		if manifest.Annotations[rehearse.Annotation] != "true" {
			t.Errorf("%s: the index is not marked as a stand-in", image)
		}
		checkMarked(t, idx, manifest)
	}
}

// checkMarked looks for the mark in each manifest and config.
func checkMarked(t *testing.T, idx v1.ImageIndex, manifest *v1.IndexManifest) {
	t.Helper()
	for _, desc := range manifest.Manifests {
		img, err := idx.Image(desc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		m, err := img.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		config, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if m.Annotations[rehearse.Annotation] != "true" || config.Config.Labels[rehearse.Annotation] != "true" {
			t.Errorf("%s: manifest or config is not marked as a stand-in", desc.Digest)
		}
		if config.Architecture != desc.Platform.Architecture {
			t.Errorf("config is for %s, index says %s", config.Architecture, desc.Platform)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	u := start(t, inventory, rehearse.Options{})
	for path, want := range map[string]int{
		"/v2/":                                  200,
		"/v2/docker.io/library/nginx/tags/list": 200,
		"/v2/library/nginx/manifests/1.27?ns=docker.io": 200,
		"/v2/docker.io/library/nginx/manifests/9":       404,
		"/v2/docker.io/library/other/manifests/1":       404,
		"/v2/docker.io/library/nginx/blobs/sha256:00":   404,
		"/v2/_catalog": 404,
		"/dl/charts.example.org/stable/index.yaml":       200,
		"/dl/charts.example.org/stable/web-1.2.3.tgz":    200,
		"/dl/charts.example.org/stable/web-1.2.4.tgz":    404,
		"/dl/charts.example.org/../stable/web-1.2.3.tgz": 404,
	} {
		resp, body := get(t, u, path, nil)
		if resp.StatusCode != want {
			t.Errorf("%s: %s, want %d: %s", path, resp.Status, want, body)
		}
	}
	resp, err := http.Post("http://"+u.Address()+"/v2/docker.io/library/nginx/blobs/uploads/", "", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("an upload is answered with %s", resp.Status)
	}
}
