package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// TestDamagedManifestIsFetchedAgain, with a file of the store changed by hand.
func TestDamagedManifestIsFetchedAgain(t *testing.T) {
	t.Parallel()
	srv, reg, _, _ := setup(t, remote.Config{})
	desc := add(t, reg, "a", "1", "shared")
	dir := t.TempDir()
	src := newSource(t, remote.Config{}, Local(newLocal(t, dir)))
	resolve(t, src, srv.Host()+"/a:1")
	path := filepath.Join(dir, "blobs", "sha256", desc.Digest.Encoded())
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Chmod(path, 0o600)
	if err := os.WriteFile(path, append([]byte("x"), data[1:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	img, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil)
	if err != nil || len(img.Manifests) != 2 {
		t.Fatalf("%+v, %v", img, err)
	}
}

func TestStoreThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{})
	add(t, reg, "a", "1", "shared")
	st.full = errors.New("read-only file system")
	var local *remote.LocalError
	if _, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil); !errors.As(err, &local) {
		t.Errorf("resolve: %v", err)
	}
	for _, f := range []File{{URL: srv.URL + "/v2/a/manifests/1"}, {URL: srv.URL + "/v2/a/manifests/1", Digest: digest.FromString("x")}} {
		if _, err := src.Download(t.Context(), f, nil); !errors.As(err, &local) {
			t.Errorf("download: %v", err)
		}
	}
}

func TestConfigLies(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	addManifest(t, reg, "a", "1", "linux/amd64", "x")
	srv.Fault("GET", "/blobs/", remotetest.Flip)
	_, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil)
	if !errors.Is(err, remote.ErrContent) || !strings.Contains(err.Error(), "fetch config sha256:") {
		t.Error(err)
	}
	if _, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil); err != nil {
		t.Errorf("when it tells the truth: %v", err)
	}
}

func TestIndexWithinIndex(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	inner := add(t, reg, "a", "", "x")
	addIndex(t, reg, "a", "1", inner)
	_, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil)
	check(t, err, srv.Host(), "HOST/a:1: resolve at HOST: "+inner.Digest.String()+" is an index within an index, which is not supported; use another version of the image")
}

func TestChildIsGone(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	gone := ocispec.Descriptor{Digest: digest.FromString("gone"), Size: 4, Platform: &want("linux/arm64")[0]}
	addIndex(t, reg, "a", "1", addManifest(t, reg, "a", "", "linux/amd64", "x"), gone)
	if _, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), want("linux/amd64")); err != nil {
		t.Errorf("the platform asked for is there: %v", err)
	}
	_, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), want("linux/arm64"))
	check(t, err, srv.Host(), "HOST/a:1 (linux/arm64): resolve at HOST: 404 Not Found: manifest unknown; check the name and the version, or whether the mirror carries it")
}

// TestSize sums what a manifest refers to.
func TestSize(t *testing.T) {
	t.Parallel()
	m := Manifest{Config: ocispec.Descriptor{Size: 1}, Layers: []ocispec.Descriptor{{Size: 10}, {Size: 100}}}
	if m.Size() != 111 {
		t.Errorf("got %d", m.Size())
	}
}
