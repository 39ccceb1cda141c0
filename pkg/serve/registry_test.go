package serve_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	into "oras.land/oras-go/v2/content/memory"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/opc-source/opc-image/pkg/serve"
)

// answer is what came back.
type answer struct {
	*http.Response
	body []byte
}

// ask sends a request to a handler.
func ask(t testing.TB, h http.Handler, method, target string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp, body}
}

// fixture is a store with one cluster image, and a registry over it.
func fixture(t testing.TB) (*memory, *serve.Registry, ocispec.Descriptor) {
	t.Helper()
	m := newMemory()
	desc := m.cluster(t, "reg.example:5000/opc/full:v1", map[string]string{
		"docker.io/library/nginx:1.27": "nginx", "quay.io/org/tool:2": "tool", "registry.k8s.io/pause:3": "pause",
	})
	return m, serve.New(m, serve.Options{Report: func(image string, err error) { t.Errorf("%s: %v", image, err) }}), desc
}

func TestClusterImage(t *testing.T) {
	t.Parallel()
	m, g, desc := fixture(t)
	want := m.blobs[desc.Digest]
	for _, target := range []string{
		"/v2/opc/full/manifests/v1", "/v2/opc/full/manifests/" + desc.Digest.String(),
		"/v2/reg.example:5000/opc/full/manifests/v1", "/v2/opc/full/manifests/v1?ns=reg.example:5000",
	} {
		got := ask(t, g, http.MethodGet, target)
		if got.StatusCode != http.StatusOK || !bytes.Equal(got.body, want) {
			t.Errorf("%s: %s %s", target, got.Status, got.body)
		}
		head := ask(t, g, http.MethodHead, target)
		if head.StatusCode != http.StatusOK || len(head.body) != 0 || head.ContentLength != int64(len(want)) {
			t.Errorf("HEAD %s: %s, %d bytes announced", target, head.Status, head.ContentLength)
		}
		for name, value := range map[string]string{
			"Docker-Content-Digest": desc.Digest.String(), "Etag": `"` + desc.Digest.String() + `"`,
			"Content-Type": ocispec.MediaTypeImageManifest,
		} {
			if head.Header.Get(name) != value || got.Header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", target, name, got.Header.Get(name), value)
			}
		}
	}
}

func TestRecipeLayer(t *testing.T) {
	t.Parallel()
	m, g, desc := fixture(t)
	var manifest ocispec.Manifest
	if err := json.Unmarshal(m.blobs[desc.Digest], &manifest); err != nil {
		t.Fatal(err)
	}
	target := "/v2/opc/full/blobs/" + manifest.Layers[0].Digest.String()
	whole := ask(t, g, http.MethodGet, target)
	if digest.FromBytes(whole.body) != manifest.Layers[0].Digest || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("%s: %d bytes with another digest", whole.Status, len(whole.body))
	}
	piece := ask(t, g, http.MethodGet, target, "Range", "bytes=1000-1999")
	if piece.StatusCode != http.StatusPartialContent || !bytes.Equal(piece.body, whole.body[1000:2000]) {
		t.Errorf("%s: %d bytes, not those asked for", piece.Status, len(piece.body))
	}
	if got := ask(t, g, http.MethodGet, target, "Range", "bytes=99999999-"); got.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a range behind the end: %s", got.Status)
	}
	same := ask(t, g, http.MethodGet, target, "If-None-Match", `"`+manifest.Layers[0].Digest.String()+`"`)
	if same.StatusCode != http.StatusNotModified || len(same.body) != 0 {
		t.Errorf("what the client has: %s", same.Status)
	}
}

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

func TestListsAreCut(t *testing.T) {
	t.Parallel()
	_, g, _ := fixture(t)
	for target, want := range map[string]string{
		"/v2/_catalog":                         `{"repositories":["library/nginx","opc/full","org/tool","pause"]}`,
		"/v2/_catalog?n=2":                     `{"repositories":["library/nginx","opc/full"]}`,
		"/v2/_catalog?n=2&last=opc/full":       `{"repositories":["org/tool","pause"]}`,
		"/v2/_catalog?last=zzz":                `{"repositories":[]}`,
		"/v2/library/nginx/tags/list":          `{"name":"library/nginx","tags":["1.27"]}`,
		"/v2/library/nginx/tags/list?n=0":      `{"name":"library/nginx","tags":[]}`,
		"/v2/quay.io/org/tool/tags/list?n=100": `{"name":"quay.io/org/tool","tags":["2"]}`,
	} {
		got := ask(t, g, http.MethodGet, target)
		if diff := cmp.Diff(want, strings.TrimSpace(string(got.body))); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
		if more := got.Header.Get("Link"); (more != "") != (target == "/v2/_catalog?n=2") {
			t.Errorf("%s links to %q", target, more)
		}
	}
	got := ask(t, g, http.MethodGet, "/v2/_catalog?n=2")
	if want := `</v2/_catalog?last=opc%2Ffull&n=2>; rel="next"`; got.Header.Get("Link") != want {
		t.Errorf("Link is %s, want %s", got.Header.Get("Link"), want)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	_, g, desc := fixture(t)
	none := digest.FromString("nothing").String()
	for _, c := range []struct {
		method, target string
		status         int
		code           string
	}{
		{"POST", "/v2/opc/full/blobs/uploads/", 405, "UNSUPPORTED"},
		{"PUT", "/v2/opc/full/manifests/v1", 405, "UNSUPPORTED"},
		{"DELETE", "/v2/opc/full/manifests/" + desc.Digest.String(), 405, "UNSUPPORTED"},
		{"GET", "/v2/opc/full/manifests/v2", 404, "MANIFEST_UNKNOWN"},
		{"GET", "/v2/opc/full/manifests/" + none, 404, "MANIFEST_UNKNOWN"},
		{"GET", "/v2/opc/full/blobs/" + none, 404, "BLOB_UNKNOWN"},
		{"GET", "/v2/opc/full/blobs/" + desc.Digest.String(), 404, "BLOB_UNKNOWN"},
		{"GET", "/v2/opc/full/blobs/v1", 400, "DIGEST_INVALID"},
		{"GET", "/v2/opc/full/manifests/sha256:0", 400, "DIGEST_INVALID"},
		{"GET", "/v2/opc/other/manifests/v1", 404, "NAME_UNKNOWN"},
		{"GET", "/v2/opc/full/tags/all", 404, "NAME_INVALID"},
		{"GET", "/v2/opc/full/tags/list?n=x", 400, "PAGINATION_NUMBER_INVALID"},
		{"GET", "/v2/opc/full/tags/list?n=-1", 400, "PAGINATION_NUMBER_INVALID"},
		{"GET", "/v2/OPC/full/manifests/v1", 404, "NAME_INVALID"},
		{"GET", "/v2/opc/../full/manifests/v1", 404, "NAME_INVALID"},
		{"GET", "/v2/opc/full/manifests/..%2F..%2Fetc", 404, "NAME_INVALID"},
		{"GET", "/v2/opc/full/blobs/sha256:..", 400, "DIGEST_INVALID"},
		{"GET", "/etc/passwd", 404, "NAME_INVALID"},
	} {
		got := ask(t, g, c.method, c.target)
		var body struct {
			Errors []struct{ Code, Message string }
		}
		if err := json.Unmarshal(got.body, &body); err != nil || len(body.Errors) != 1 {
			t.Errorf("%s %s: no error body: %s", c.method, c.target, got.body)
			continue
		}
		if got.StatusCode != c.status || body.Errors[0].Code != c.code {
			t.Errorf("%s %s: %s %s, want %d %s", c.method, c.target, got.Status, got.body, c.status, c.code)
		}
	}
	if got := ask(t, g, "GET", "/v2/"); got.StatusCode != 200 {
		t.Errorf("/v2/: %s", got.Status)
	}
}
