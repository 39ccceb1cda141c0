package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
)

func get(t *testing.T, method, url string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, data
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	dir, c := small(t, 2)
	r, err := newRegistry(dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(r)
	defer srv.Close()
	img := c.Images[1]
	manifest := srv.URL + "/v2/" + img.Repository + "/manifests/"

	resp, _ := get(t, http.MethodHead, manifest+img.Tag)
	if got := resp.Header.Get("Docker-Content-Digest"); got != img.Root.Digest.String() {
		t.Errorf("HEAD of the tag: digest %q, want %s", got, img.Root.Digest)
	}
	if got := resp.Header.Get("Content-Type"); got != img.Root.MediaType {
		t.Errorf("HEAD of the tag: type %q", got)
	}
	_, data := get(t, http.MethodGet, manifest+img.Root.Digest.String())
	if digest.FromBytes(data) != img.Root.Digest {
		t.Error("the index has another digest")
	}
	for _, path := range []string{img.Repository + "/manifests/none", img.Repository + "/blobs/none", img.Repository + "/blobs/" + digest.FromString("none").String()} {
		if resp, _ := get(t, http.MethodGet, srv.URL+"/v2/"+path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s, want 404", path, resp.Status)
		}
	}
	var n served
	_, data = get(t, http.MethodGet, srv.URL+"/served")
	if err := json.Unmarshal(data, &n); err != nil || n.Requests != 5 {
		t.Errorf("counted %+v (%v), want 5 requests", n, err)
	}
}

func TestYardstickFetchesEachBlobOnce(t *testing.T) {
	t.Parallel()
	dir, c := small(t, 4)
	r, err := newRegistry(dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(r)
	defer srv.Close()
	y := yardstick{registry: srv.Listener.Addr().String(), blobs: blobs(filepath.Join(t.TempDir(), "blobs")), workers: 2}
	var names []string
	for _, i := range c.Images {
		names = append(names, i.name())
	}
	for range 2 { // the second time only asks for the names
		if err := y.pull(t.Context(), names); err != nil {
			t.Fatal(err)
		}
		want := c.Bytes
		if got := r.bytes.Load(); got != want {
			t.Errorf("%d bytes were served, want %d", got, want)
		}
	}
}
