package interop

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/opc"
)

// fixture is one small cluster image, in every place it can be in.
type fixture struct {
	client *opc.Rehearsal
	image  *opc.Image
	// Names of the image in the registry of rehearse, in go-containerregistry's,
	// and as we serve it.
	target, ggcr, served string
	// inner is a container image inside, as we serve it, by tag; innerDigest is
	// what it has upstream.
	inner, innerDigest string
	// Archives of all platforms and of one, and both unpacked.
	tar, oneTar, dir, oneDir string
}

// component is what the image is made of: a few images, one component.
const component = "cert-manager"

func newFixture(t *testing.T) *fixture {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	planner, err := opc.Open(opc.Options{Store: filepath.Join(dir, "plan")})
	check(t, err)
	plan, err := planner.Compose(ctx, opc.Target{Name: component})
	planner.Close()
	check(t, err)
	f := &fixture{}
	f.client, err = opc.Rehearse(ctx, opc.Options{Store: filepath.Join(dir, "store")}, plan,
		opc.RehearsalOptions{Limit: 2 << 20, TargetDir: filepath.Join(dir, "registry")})
	check(t, err)
	t.Cleanup(func() { f.client.Close() })
	locked, err := f.client.Lock(ctx, plan, nil)
	check(t, err)
	f.target = f.client.Target.Address() + "/opc/interop:v1"
	f.image, err = f.client.Build(ctx, plan, locked, f.target)
	check(t, err)
	f.push(t)
	f.serve(t)
	for _, image := range locked.Images {
		f.inner = strings.TrimSuffix(f.served, "/opc/interop:v1") + "/" + image.Name
		f.innerDigest = image.Digest.String()
	}
	f.save(t, dir)
	return f
}

func (f *fixture) push(t *testing.T) {
	f.ggcr = newRegistry(t) + "/opc/interop:v1"
	check(t, f.client.Tag(t.Context(), f.target, f.ggcr))
	for _, name := range []string{f.target, f.ggcr} {
		_, err := f.client.Push(t.Context(), name, opc.PushOptions{})
		check(t, err)
	}
}

// newRegistry starts go-containerregistry's registry and gives its address.
func newRegistry(t *testing.T) string {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func (f *fixture) serve(t *testing.T) {
	handler, err := f.client.Handler([]string{f.target})
	check(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f.served = strings.TrimPrefix(server.URL, "http://") + "/opc/interop:v1"
}

func (f *fixture) save(t *testing.T, dir string) {
	f.tar, f.oneTar = filepath.Join(dir, "all.tar"), filepath.Join(dir, "one.tar")
	check(t, f.client.Save(t.Context(), f.target, "", f.tar))
	check(t, f.client.Save(t.Context(), f.target, "linux/amd64", f.oneTar))
	f.dir, f.oneDir = filepath.Join(dir, "all"), filepath.Join(dir, "one")
	untar(t, f.tar, f.dir)
	untar(t, f.oneTar, f.oneDir)
}

// manifest is the descriptor of the image for a platform.
func (f *fixture) manifest(t *testing.T, platform string) ocispec.Descriptor {
	v, err := f.image.Variant(platform)
	check(t, err)
	return v.Descriptor
}

func untar(t *testing.T, file, dir string) {
	t.Helper()
	r, err := os.Open(file)
	check(t, err)
	defer r.Close()
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		check(t, err)
		if !h.FileInfo().Mode().IsRegular() {
			continue
		}
		name := filepath.Join(dir, filepath.Clean("/"+h.Name))
		check(t, os.MkdirAll(filepath.Dir(name), 0o777))
		w, err := os.Create(name)
		check(t, err)
		_, err = io.Copy(w, tr)
		check(t, errors.Join(err, w.Close()))
	}
}

// digestAt asks a registry for the manifest of a name and hashes it.
func digestAt(t *testing.T, name string) string {
	t.Helper()
	at := strings.Index(name, "/")
	tag := strings.LastIndex(name, ":")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+name[:at]+"/v2"+name[at:tag]+"/manifests/"+name[tag+1:], nil)
	check(t, err)
	request.Header.Set("Accept", ocispec.MediaTypeImageIndex+", "+ocispec.MediaTypeImageManifest)
	answer, err := http.DefaultClient.Do(request)
	check(t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20))
	check(t, err)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", name, answer.Status, data)
	}
	return digest.FromBytes(data).String()
}

// digestIn is the digest of the image named x, or of the only one, in a layout.
func digestIn(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, ocispec.ImageIndexFile))
	check(t, err)
	var index ocispec.Index
	check(t, json.Unmarshal(data, &index))
	for _, m := range index.Manifests {
		if len(index.Manifests) == 1 || m.Annotations[ocispec.AnnotationRefName] == "x" {
			return m.Digest.String()
		}
	}
	t.Fatalf("%s has no image x", dir)
	return ""
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
