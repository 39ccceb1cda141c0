package opc_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opc-source/opc-image/pkg/opc"
)

// TestSparse pulls some platforms of an index: the others are no mistake, and
// an image that lacks everything does not hide the rest of the store.
func TestSparse(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	c := u.client()
	p := plan(t, c, kubefile(t, "FROM scratch\nCOPY a .", "a", "a"), amd, arm, "linux/s390x")
	img := build(t, c, p, pins(t, c, p, nil), "three")
	to := u.server.Host() + "/team/three:v1"
	if _, err := c.Push(t.Context(), "three", opc.PushOptions{To: to}); err != nil {
		t.Fatal(err)
	}
	other := u.client()
	pulled, err := other.Pull(t.Context(), to, []string{amd, arm})
	if err != nil {
		t.Fatal(err)
	}
	if pulled.Descriptor.Digest != img.Descriptor.Digest || len(pulled.Variants) != 2 {
		t.Errorf("pulled %s with %d platforms, want %s with 2", pulled.Descriptor.Digest, len(pulled.Variants), img.Descriptor.Digest)
	}
	whole(t, other, to)

	for _, v := range pulled.Variants {
		blob := filepath.Join(other.Store().Dir(), "blobs", "sha256", v.Descriptor.Digest.Encoded())
		if err := os.Remove(blob); err != nil {
			t.Fatal(err)
		}
	}
	list, err := other.Images(t.Context())
	if err != nil || len(list) != 1 || len(list[0].Variants) != 0 {
		t.Errorf("an image without manifests: %+v, %v", list, err)
	}
	if _, err := other.Inspect(t.Context(), to); err == nil {
		t.Error("inspected an image without manifests")
	}
}
