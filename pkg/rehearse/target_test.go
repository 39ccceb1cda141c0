package rehearse_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// startTarget runs a registry to push to until the test ends.
func startTarget(t testing.TB) (*rehearse.Target, string) {
	t.Helper()
	dir := t.TempDir()
	target, err := rehearse.NewTarget(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := target.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { target.Close() })
	return target, dir
}

// repository is a client for a repository.
func repository(t testing.TB, name string) *remote.Repository {
	t.Helper()
	repo, err := remote.NewRepository(name)
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	return repo
}

// TestTargetTakesAnImage copies an image from the upstream to the target and
// back out of it.
func TestTargetTakesAnImage(t *testing.T) {
	t.Parallel()
	u := start(t, inventory, rehearse.Options{Divisor: 1})
	target, dir := startTarget(t)
	from := repository(t, u.Address()+"/docker.io/library/nginx")
	to := repository(t, target.Address()+"/mirror/nginx")
	want, err := oras.Copy(t.Context(), from, "1.27", to, "v1", oras.DefaultCopyOptions)
	if err != nil {
		t.Fatal(err)
	}
	again := repository(t, target.Address()+"/mirror/again")
	got, err := oras.Copy(t.Context(), to, "v1", again, "v2", oras.DefaultCopyOptions)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest != want.Digest || got.MediaType != want.MediaType {
		t.Errorf("pushed %v, got back %v", want, got)
	}
	uploads, err := os.ReadDir(filepath.Join(dir, "uploads"))
	if err != nil || len(uploads) != 0 {
		t.Errorf("%d uploads left over, %v", len(uploads), err)
	}
}

// request sends one request to the target and returns the answer's head.
func request(t *testing.T, method, url, body string, header map[string]string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

// TestTargetUploads goes through the ways a blob can arrive.
func TestTargetUploads(t *testing.T) {
	t.Parallel()
	target, _ := startTarget(t)
	base := "http://" + target.Address()
	dgst := digest.FromString("hello").String()
	expect := func(resp *http.Response, status int) {
		t.Helper()
		if resp.StatusCode != status {
			t.Fatalf("%s %s: %s, want %d", resp.Request.Method, resp.Request.URL, resp.Status, status)
		}
	}
	resp := request(t, http.MethodPost, base+"/v2/a/b/blobs/uploads/", "", nil)
	expect(resp, http.StatusAccepted)
	at := base + resp.Header.Get("Location")
	expect(request(t, http.MethodPatch, at, "hel", map[string]string{"Content-Range": "0-2"}), http.StatusAccepted)
	expect(request(t, http.MethodPatch, at, "hel", map[string]string{"Content-Range": "0-2"}), http.StatusRequestedRangeNotSatisfiable)
	resp = request(t, http.MethodGet, at, "", nil)
	expect(resp, http.StatusNoContent)
	if got := resp.Header.Get("Range"); got != "0-2" {
		t.Errorf("the upload stands at %q", got)
	}
	expect(request(t, http.MethodPatch, at, "lo", map[string]string{"Content-Range": "3-4"}), http.StatusAccepted)
	expect(request(t, http.MethodPut, at+"?digest="+dgst, "", nil), http.StatusCreated)
	expect(request(t, http.MethodGet, at, "", nil), http.StatusNotFound)
	expect(request(t, http.MethodHead, base+"/v2/a/b/blobs/"+dgst, "", nil), http.StatusOK)

	expect(request(t, http.MethodHead, base+"/v2/c/blobs/"+dgst, "", nil), http.StatusNotFound)
	expect(request(t, http.MethodPost, base+"/v2/c/blobs/uploads/?from=nowhere&mount="+dgst, "", nil), http.StatusAccepted)
	expect(request(t, http.MethodPost, base+"/v2/c/blobs/uploads/?from=a/b&mount="+dgst, "", nil), http.StatusCreated)
	expect(request(t, http.MethodHead, base+"/v2/c/blobs/"+dgst, "", nil), http.StatusOK)

	expect(request(t, http.MethodPost, base+"/v2/d/blobs/uploads/?digest="+dgst, "hello", nil), http.StatusCreated)
	expect(request(t, http.MethodPost, base+"/v2/d/blobs/uploads/?digest="+dgst, "hullo", nil), http.StatusBadRequest)

	missing := `{"layers":[{"digest":"` + digest.FromString("no").String() + `"}]}`
	expect(request(t, http.MethodPut, base+"/v2/d/manifests/1", missing, nil), http.StatusNotFound)
	expect(request(t, http.MethodPut, base+"/v2/d/manifests/"+dgst, "{}", nil), http.StatusBadRequest)
	expect(request(t, http.MethodPut, base+"/v2/d/manifests/1", "{}", nil), http.StatusCreated)
	expect(request(t, http.MethodGet, base+"/v2/d/manifests/1", "", nil), http.StatusOK)
	expect(request(t, http.MethodGet, base+"/v2/d/tags/list", "", nil), http.StatusOK)
	expect(request(t, http.MethodGet, base+"/v2/d/manifests/2", "", nil), http.StatusNotFound)
	expect(request(t, http.MethodGet, base+"/v2/../x/manifests/2", "", nil), http.StatusNotFound)
	expect(request(t, http.MethodPut, base+"/v2/d/manifests/big", strings.Repeat(" ", 5<<20), nil), http.StatusRequestEntityTooLarge)
}
