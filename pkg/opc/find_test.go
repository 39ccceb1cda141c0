package opc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/opc"
)

// TestFindByDigest calls an image by what build and pull print, and by what
// images shows.
func TestFindByDigest(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	c := u.client()
	_, _, img := small(t, c, "r.example/team/one:v1")
	other := build2(t, c)
	dgst := img.Descriptor.Digest
	for _, called := range []string{
		"r.example/team/one:v1@" + dgst.String(), "r.example/team/one@" + dgst.String(),
		dgst.String(), dgst.Encoded()[:12], "sha256:" + dgst.Encoded()[:7],
	} {
		got, err := c.Inspect(t.Context(), called)
		if err != nil || got.Name != "r.example/team/one:v1" || got.Descriptor.Digest != dgst {
			t.Errorf("%s: %+v, %v", called, got, err)
		}
	}
	for _, called := range []string{
		"r.example/team/two@" + dgst.String(), "r.example/team/one@" + other.Descriptor.Digest.String(),
		dgst.Encoded()[:6], "sha512:" + dgst.Encoded()[:12],
	} {
		if _, err := c.Inspect(t.Context(), called); err == nil || !strings.Contains(err.Error(), "no image ") {
			t.Errorf("%s: %v", called, err)
		}
	}
	if err := c.Tag(t.Context(), dgst.Encoded()[:12], "again"); err != nil {
		t.Fatal(err)
	}
	if name, err := c.Remove(t.Context(), dgst.Encoded()[:12]); !errors.Is(err, opc.ErrInput) || !strings.Contains(err.Error(), "several names: localhost/again:latest, r.example/team/one:v1") {
		t.Errorf("one of two names: %s, %v", name, err)
	}
	if name, err := c.Remove(t.Context(), "again"); err != nil || name != "localhost/again:latest" {
		t.Errorf("%s, %v", name, err)
	}
	if name, err := c.Remove(t.Context(), dgst.Encoded()[:12]); err != nil || name != "r.example/team/one:v1" {
		t.Errorf("%s, %v", name, err)
	}
}

// build2 builds an image with other content than small's.
func build2(t *testing.T, c *opc.Client) *opc.Image {
	t.Helper()
	p := plan(t, c, kubefile(t, "FROM scratch\nCOPY b .", "b", "b"))
	return build(t, c, p, pins(t, c, p, nil), "r.example/team/other:v1")
}

func TestPushWantsARegistry(t *testing.T) {
	t.Parallel()
	c := newUpstream(t).client()
	small(t, c, "small")
	for _, to := range []string{"small", "registry.example:5000"} {
		_, err := c.Push(t.Context(), "small", opc.PushOptions{To: to})
		if !errors.Is(err, opc.ErrInput) || !strings.Contains(err.Error(), "the destination "+to+" has no registry; write REGISTRY/NAME[:TAG]") {
			t.Errorf("%s: %v", to, err)
		}
	}
}
