package source

import (
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
)

func TestMismatches(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	wrong := addManifest(t, reg, "a", "", "linux/amd64", "w")
	wrong.Platform = &ocispec.Platform{OS: "linux", Architecture: "arm64"}
	v8 := addManifest(t, reg, "b", "", "linux/arm64", "v8")
	v8.Platform.Variant = "v8"
	addIndex(t, reg, "a", "1", addManifest(t, reg, "a", "", "linux/amd64", "x"), wrong)
	addIndex(t, reg, "b", "1", v8)
	images := resolve(t, src, srv.Host()+"/a:1", srv.Host()+"/b:1")
	if err := src.Fetch(t.Context(), images, nil); err != nil {
		t.Fatal(err)
	}
	got, err := src.Mismatches(t.Context(), append(images, nil))
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	want := srv.Host() + "/a:1: manifest " + wrong.Digest.String() + " is for linux/arm64 as its index says, but for linux/amd64 as its configuration says: try it there, or use another version"
	if got[0].String() != want {
		t.Errorf("got %s", got[0])
	}
}
