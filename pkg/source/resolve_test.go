package source

import (
	"net/http"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

const foreignType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"

func chosen(img *Image) string {
	var names []string
	for _, m := range img.Manifests {
		names = append(names, platforms.Format(m.Platform))
	}
	return strings.Join(names, " ")
}

// TestResolve: what is chosen from what there is.
func TestResolve(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	variant := addManifest(t, reg, "v", "", "linux/arm64", "a")
	variant.Platform.Variant = "v8"
	attest := addManifest(t, reg, "v", "", "linux/amd64", "provenance")
	attest.Platform = &ocispec.Platform{OS: "unknown", Architecture: "unknown"}
	unnamed := addManifest(t, reg, "v", "", "linux/s390x", "z")
	unnamed.Platform = nil
	addIndex(t, reg, "v", "1", addManifest(t, reg, "v", "", "linux/amd64", "x"), variant, attest, unnamed)
	addManifest(t, reg, "single", "1", "linux/amd64", "x")
	v7 := addManifest(t, reg, "arm", "", "linux/arm/v7", "7")
	addIndex(t, reg, "arm", "1", addManifest(t, reg, "arm", "", "linux/arm/v6", "6"), v7)
	artifact := encode(t, ocispec.Manifest{
		MediaType: ocispec.MediaTypeImageManifest, Config: ocispec.DescriptorEmptyJSON,
	})
	reg.Manifest("artifact", "1", ocispec.MediaTypeImageManifest, artifact)
	unlabelled := []byte(strings.Replace(string(artifact), `"mediaType":"`+ocispec.MediaTypeImageManifest+`",`, "", 1))
	reg.Manifest("unlabelled", "1", ocispec.MediaTypeImageManifest, unlabelled)
	const missing = ": the image has no "
	const hint = "; use another image or version, or leave the platform out"
	tests := map[string]struct {
		name, want, got, err string
	}{
		"two of an index":     {"v:1", "linux/arm64 linux/amd64", "linux/arm64/v8 linux/amd64", ""},
		"all of an index":     {"v:1", "", "linux/amd64 linux/arm64/v8 unknown/unknown unknown", ""},
		"named by its config": {"v:1", "linux/s390x", "linux/s390x", ""},
		"no index":            {"single:1", "linux/amd64", "linux/amd64", ""},
		"best variant":        {"arm:1", "linux/arm/v7", "linux/arm/v7", ""},
		"no container image":  {"artifact:1", "", "unknown", ""},
		"no media type":       {"unlabelled:1", "", "unknown", ""},
		"missing in index":    {"v:1", "linux/ppc64le", "", "HOST/v:1 (linux/ppc64le): choose platform at HOST" + missing + "linux/ppc64le, only linux/amd64, linux/arm64/v8, linux/s390x" + hint},
		"missing, no index":   {"single:1", "linux/arm64", "", "HOST/single:1 (linux/arm64): choose platform at HOST" + missing + "linux/arm64, only linux/amd64" + hint},
		"missing in artifact": {"artifact:1", "linux/arm64", "", "HOST/artifact:1 (linux/arm64): choose platform at HOST" + missing + "linux/arm64, nor any other platform" + hint},
		"no such image":       {"none:1", "", "", "HOST/none:1: resolve at HOST: 404 Not Found; check the name and the version, or whether the mirror carries it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			img, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/"+tt.name), want(strings.Fields(tt.want)...))
			check(t, err, srv.Host(), tt.err)
			if err == nil {
				if diff := cmp.Diff(tt.got, chosen(img)); diff != "" {
					t.Error("(-want +got)", diff)
				}
			}
		})
	}
}

// TestUnusable: content that arrives but cannot be taken.
func TestUnusable(t *testing.T) {
	t.Parallel()
	manifest := func(layer ocispec.Descriptor) []byte {
		return encode(t, ocispec.Manifest{
			MediaType: ocispec.MediaTypeImageManifest,
			Config:    ocispec.DescriptorEmptyJSON, Layers: []ocispec.Descriptor{layer},
		})
	}
	d := digest.FromString("x")
	d512 := digest.SHA512.FromString("x")
	tests := map[string]struct {
		data []byte
		err  string
	}{
		"schema 1":  {[]byte(`{"schemaVersion":1,"name":"a"}`), "a manifest of docker's schema 1, given up in 2017, names no digests of its layers: ask for the image to be pushed again"},
		"no JSON":   {[]byte(`<html>`), "manifest: invalid character '<' looking for beginning of value"},
		"something": {[]byte(`{"mediaType":"text/plain"}`), `neither a manifest nor an index: its media type is "text/plain"`},
		"foreign": {
			manifest(ocispec.Descriptor{MediaType: foreignType, Digest: d}),
			"layer " + d.String() + " is not distributable (" + foreignType + "): its registry does not hold it, and its licence may forbid to carry it along",
		},
		"SHA-512":       {manifest(ocispec.Descriptor{Digest: d512}), "manifest names " + d512.String() + ": only sha256 is supported"},
		"no digest":     {manifest(ocispec.Descriptor{Digest: "../../etc"}), `manifest names "../../etc": invalid checksum digest format`},
		"negative size": {manifest(ocispec.Descriptor{Digest: d, Size: -1}), "manifest names " + d.String() + " with a size of -1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, reg, src, _ := setup(t, remote.Config{})
			reg.Manifest("a", "1", ocispec.MediaTypeImageManifest, tt.data)
			_, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil)
			check(t, err, srv.Host(), "HOST/a:1: resolve at HOST: "+tt.err+"; use another version of the image")
		})
	}
}

func TestManifestLies(t *testing.T) {
	t.Parallel()
	const hint = "; the host serves something else than was published: ask who runs it, or use another mirror"
	d := digest.FromString("{}")
	tests := map[string]struct {
		fault remotetest.Fault
		err   string
	}{
		"digest":         {remotetest.Flip, "wrong content: asked for the manifest " + d.String() + ", got one of digest " + digest.FromString("z}").String()},
		"length":         {remotetest.Longer(1), "wrong content: the answer ends at byte 3, the content must have 2"},
		"huge, in HEAD":  {nil, "wrong content: 5000000 bytes, more than the limit of 4194304 for a manifest or configuration"},
		"huge, unlabeld": {nil, "wrong content: larger than the limit of 4194304 bytes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, reg, src, st := setup(t, remote.Config{})
			data := []byte("{}")
			if strings.HasPrefix(name, "huge") {
				data = make([]byte, 5_000_000)
			}
			reg.Manifest("a", "1", ocispec.MediaTypeImageManifest, data)
			if name == "huge, unlabeld" {
				srv.Fault("HEAD", "", remotetest.Status(http.StatusMethodNotAllowed))
			}
			if tt.fault != nil {
				srv.Fault("GET", "", tt.fault)
			}
			_, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil)
			check(t, err, srv.Host(), "HOST/a:1: resolve at HOST: "+tt.err+hint)
			if len(st.blobs) != 0 {
				t.Error("something was kept")
			}
		})
	}
}

// TestResolveAgain: one HEAD when nothing changed, nothing when pinned.
func TestResolveAgain(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	desc := add(t, reg, "a", "1", "shared")
	name := ref(t, srv.Host()+"/a:1")
	first, err := src.Resolve(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	srv.Forget()
	second, err := src.Resolve(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	if log := srv.Log("", ""); len(log) != 1 || log[0].Method != "HEAD" {
		t.Errorf("requests: %v", log)
	}
	srv.Forget()
	name.Digest = desc.Digest
	if _, err := src.Resolve(t.Context(), name, nil); err != nil || len(srv.Log("", "")) != 0 {
		t.Errorf("pinned: %v, %v", err, srv.Log("", ""))
	}
}

func TestHeadNotAnswered(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	desc := add(t, reg, "a", "1", "shared")
	for _, f := range []remotetest.Fault{remotetest.Status(405), remotetest.Status(200)} {
		srv.Fault("HEAD", "", f)
		img, err := src.Resolve(t.Context(), ref(t, srv.Host()+"/a:1"), nil)
		if err != nil || img.Desc.Digest != desc.Digest || img.Desc.MediaType != desc.MediaType {
			t.Errorf("%v, %v", img, err)
		}
	}
}

func TestResolveAll(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	add(t, reg, "a", "1", "shared")
	add(t, reg, "b", "1", "shared")
	srv.Fault("", "/v2/c/", remotetest.Status(401))
	wants := []Want{
		{Ref: ref(t, srv.Host()+"/d:1")},
		{Ref: ref(t, srv.Host()+"/a:1"), Platforms: want("linux/amd64", "linux/riscv64")},
		{Ref: ref(t, srv.Host()+"/b:1")},
		{Ref: ref(t, srv.Host()+"/c:1")},
	}
	images, err := src.ResolveAll(t.Context(), wants, nil)
	check(t, err, srv.Host(), `3 failures:
  HOST/a:1 (linux/riscv64): choose platform at HOST: the image has no linux/riscv64, only linux/amd64, linux/arm64; use another image or version, or leave the platform out
  HOST/c:1: resolve at HOST: 401 Unauthorized; log in with "opc-image login HOST", or set user and passwordEnv of the host
  HOST/d:1: resolve at HOST: 404 Not Found; check the name and the version, or whether the mirror carries it`)
	if images[0] != nil || images[1] != nil || images[2] == nil || images[3] != nil {
		t.Errorf("%v", images)
	}
}
