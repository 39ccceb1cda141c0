package distribution_test

import (
	"errors"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/registryfs"
)

func readAll(r io.ReadCloser) ([]byte, error) {
	defer r.Close()
	return io.ReadAll(r)
}

// TestPull pulls every image by every name a cluster may use for it.
func TestPull(t *testing.T) {
	u := upstream{t, map[digest.Digest][]byte{}}
	single, multi, official := u.image("quay.io/org/single:1.0"), u.index("ghcr.io/org/deep/multi:v2"), u.image("nginx")
	pinned, both := u.image("org/pinned:x"), u.image("org/both:3")
	pinned.Ref.Tag, pinned.Ref.Digest = "", pinned.Root.Digest
	both.Ref.Digest = both.Root.Digest
	images := []registryfs.Image{single, multi, official, pinned, both}
	host := serve(t, images, u.blobs)

	for _, image := range images {
		repository := host + "/" + image.Ref.Local()
		names := []string{repository + "@" + image.Root.Digest.String()}
		if image.Ref.Tag != "" {
			names = append(names, repository+":"+image.Ref.Tag)
		}
		for _, full := range names {
			got := get(t, full)
			if got.Digest.String() != image.Root.Digest.String() {
				t.Errorf("%s is %s, want %s", full, got.Digest, image.Root.Digest)
			}
			if string(got.Manifest) != string(u.blobs[image.Root.Digest]) {
				t.Errorf("%s: the bytes are not those that were published", full)
			}
		}
		for _, manifest := range image.Manifests {
			full := repository + "@" + manifest.Descriptor.Digest.String()
			pulled, err := get(t, full).Image()
			if err != nil {
				t.Fatal(err)
			}
			if err := validate.Image(pulled); err != nil {
				t.Errorf("%s: %v", full, err)
			}
		}
	}
	list, err := remote.Catalog(t.Context(), registry(t, host))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	if want := []string{"library/nginx", "org/both", "org/deep/multi", "org/pinned", "org/single"}; !slices.Equal(list, want) {
		t.Errorf("catalog = %v, want %v", list, want)
	}
}

// TestAbsentPlatform asks for what the index lists and the tree does not hold:
// the registry answers "not found" and does not fail.
func TestAbsentPlatform(t *testing.T) {
	u := upstream{t, map[digest.Digest][]byte{}}
	image := u.index("org/multi:1")
	host := serve(t, []registryfs.Image{image}, u.blobs)
	index, err := get(t, host+"/org/multi:1").ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, desc := range manifest.Manifests {
		held := desc.Digest.String() == image.Manifests[0].Descriptor.Digest.String()
		_, err := fetch(t, host+"/org/multi@"+desc.Digest.String())
		var status *transport.Error
		if held && err != nil {
			t.Errorf("the platform that is held: %v", err)
		} else if !held && (!errors.As(err, &status) || status.StatusCode != http.StatusNotFound) {
			t.Errorf("a platform that is not held: %v", err)
		}
	}
}

// TestTools pulls with the programs that people have.
func TestTools(t *testing.T) {
	u := upstream{t, map[digest.Digest][]byte{}}
	image := u.image("quay.io/org/single:1.0")
	host := serve(t, []registryfs.Image{image}, u.blobs)
	byTag, byDigest := host+"/org/single:1.0", host+"/org/single@"+image.Root.Digest.String()
	for _, command := range [][]string{
		{"crane", "validate", "--insecure", "--remote", byTag},
		{"crane", "validate", "--insecure", "--remote", byDigest},
		{"skopeo", "copy", "--src-tls-verify=false", "docker://" + byTag, "dir:DIR"},
		{"skopeo", "copy", "--src-tls-verify=false", "docker://" + byDigest, "dir:DIR"},
		{"oras", "copy", "--from-plain-http", "--to-oci-layout", byTag, "DIR:1"},
	} {
		t.Run(command[0]+" "+command[len(command)-1], func(t *testing.T) {
			if _, err := exec.LookPath(command[0]); err != nil {
				t.Skipf("%s is not in PATH", command[0])
			}
			run(t, command)
		})
	}
}

func get(t *testing.T, full string) *remote.Descriptor {
	t.Helper()
	desc, err := fetch(t, full)
	if err != nil {
		t.Fatal(err)
	}
	return desc
}

func fetch(t *testing.T, full string) (*remote.Descriptor, error) {
	t.Helper()
	ref, err := name.ParseReference(full)
	if err != nil {
		t.Fatal(err)
	}
	return remote.Get(ref, remote.WithContext(t.Context()), remote.WithPlatform(v1.Platform{OS: "linux", Architecture: "amd64"}))
}

func registry(t *testing.T, host string) name.Registry {
	t.Helper()
	r, err := name.NewRegistry(host)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
