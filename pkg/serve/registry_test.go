package serve_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

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
