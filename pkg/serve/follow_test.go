package serve_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
)

func TestFollowsTheStore(t *testing.T) {
	t.Parallel()
	m, g, _ := fixture(t)
	const target = "/v2/opc/base/manifests/v1"
	if got := ask(t, g, http.MethodGet, target); got.StatusCode != http.StatusNotFound {
		t.Fatalf("before there is an image: %s", got.Status)
	}
	m.cluster(t, "reg.example:5000/opc/base:v1", map[string]string{"a:1": "a"})
	if got := ask(t, g, http.MethodGet, target); got.StatusCode != http.StatusOK {
		t.Errorf("after it was tagged: %s", got.Status)
	}
}

func TestOnlySomeImages(t *testing.T) {
	t.Parallel()
	m, _, _ := fixture(t)
	m.cluster(t, "reg.example:5000/opc/base:v1", map[string]string{"a:1": "a"})
	g := serve.New(m, serve.Options{Images: []string{"reg.example:5000/opc/base:v1"}})
	got := ask(t, g, http.MethodGet, "/v2/_catalog")
	if diff := cmp.Diff("{\"repositories\":[\"library/a\",\"opc/base\"]}\n", string(got.body)); diff != "" {
		t.Error(diff)
	}
}

// TestLastNameWins has one name mean two things.
func TestLastNameWins(t *testing.T) {
	t.Parallel()
	m := newMemory()
	g := serve.New(m, serve.Options{})
	m.cluster(t, "opc:2", map[string]string{"a:1": "second", "b:1": "b"})
	want := ask(t, g, http.MethodGet, "/v2/library/a/manifests/1")
	m.cluster(t, "opc:1", map[string]string{"a:1": "first"})
	got := ask(t, g, http.MethodGet, "/v2/library/a/manifests/1")
	if diff := cmp.Diff(string(want.body), string(got.body)); diff != "" || got.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", got.Status, diff)
	}
	if got := ask(t, g, http.MethodGet, "/v2/library/opc/tags/list"); string(got.body) != "{\"name\":\"library/opc\",\"tags\":[\"1\",\"2\"]}\n" {
		t.Errorf("tags: %s", got.body)
	}
}

// TestBrokenImage holds that one image that cannot be read takes no other down.
func TestBrokenImage(t *testing.T) {
	t.Parallel()
	m, _, _ := fixture(t)
	m.tag("reg.example/gone:1", ocispec.Descriptor{Digest: digest.FromString("gone"), Size: 1})
	var reported error
	g := serve.New(m, serve.Options{Report: func(image string, err error) {
		if image != "reg.example/gone:1" {
			t.Errorf("%s: %v", image, err)
		}
		reported = err
	}})
	if got := ask(t, g, http.MethodGet, "/v2/opc/full/manifests/v1"); got.StatusCode != http.StatusOK {
		t.Errorf("the good image: %s", got.Status)
	}
	if got := ask(t, g, http.MethodGet, "/v2/gone/manifests/1"); got.StatusCode != http.StatusNotFound {
		t.Errorf("the broken image: %s", got.Status)
	}
	if !errors.Is(reported, store.ErrNotFound) {
		t.Errorf("reported: %v", reported)
	}
}

// TestCorruptManifest spoils a manifest of a container image.
func TestCorruptManifest(t *testing.T) {
	t.Parallel()
	m, g, _ := fixture(t)
	head := ask(t, g, http.MethodHead, "/v2/pause/manifests/3")
	m.mu.Lock()
	m.blobs[digest.Digest(head.Header.Get("Docker-Content-Digest"))] = []byte("spoiled")
	m.mu.Unlock()
	if got := ask(t, g, http.MethodGet, "/v2/pause/manifests/3"); got.StatusCode != http.StatusInternalServerError {
		t.Errorf("a manifest with another digest is served: %s %s", got.Status, got.body)
	}
}

func TestReferrers(t *testing.T) {
	t.Parallel()
	m, g, subject := fixture(t)
	empty := m.put(ocispec.MediaTypeEmptyJSON, []byte("{}"))
	attach := func(artifactType, configType string) ocispec.Descriptor {
		config := empty
		config.MediaType = configType
		desc := m.putJSON(t, ocispec.MediaTypeImageManifest, ocispec.Manifest{
			Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
			ArtifactType: artifactType, Config: config, Layers: []ocispec.Descriptor{empty}, Subject: &subject,
			Annotations: map[string]string{"made": "by a test"},
		})
		m.tag("", desc)
		desc.ArtifactType, desc.Annotations = artifactType, map[string]string{"made": "by a test"}
		if artifactType == "" {
			desc.ArtifactType = configType
		}
		return desc
	}
	sbom := attach("application/sbom", ocispec.MediaTypeEmptyJSON)
	old := attach("", "application/old+json")
	for query, want := range map[string][]ocispec.Descriptor{
		"":                                {sbom, old},
		"?artifactType=application/sbom":  {sbom},
		"?artifactType=application/other": {},
	} {
		got := ask(t, g, http.MethodGet, "/v2/opc/full/referrers/"+subject.Digest.String()+query)
		var index ocispec.Index
		if err := json.Unmarshal(got.body, &index); err != nil {
			t.Fatalf("%s: %s", got.Status, got.body)
		}
		if got.Header.Get("Content-Type") != ocispec.MediaTypeImageIndex ||
			(got.Header.Get("OCI-Filters-Applied") == "artifactType") != (query != "") {
			t.Errorf("%q: headers %v", query, got.Header)
		}
		byDigest := func(list []ocispec.Descriptor) map[digest.Digest]ocispec.Descriptor {
			to := map[digest.Digest]ocispec.Descriptor{}
			for _, desc := range list {
				to[desc.Digest] = desc
			}
			return to
		}
		if diff := cmp.Diff(byDigest(want), byDigest(index.Manifests)); diff != "" {
			t.Errorf("%q: %s", query, diff)
		}
	}
	none := ask(t, g, http.MethodGet, "/v2/opc/full/referrers/"+digest.FromString("none").String())
	if none.StatusCode != http.StatusOK {
		t.Errorf("nothing refers to it: %s", none.Status)
	}
	if got := ask(t, g, http.MethodGet, "/v2/opc/full/manifests/"+sbom.Digest.String()); got.StatusCode != http.StatusOK {
		t.Errorf("a referrer itself: %s", got.Status)
	}
}
