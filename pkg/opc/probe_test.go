package opc_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// probed asks upstream for all that named components take from it.
func probed(t *testing.T, c *opc.Client, names ...string) []opc.Probe {
	t.Helper()
	all, err := c.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	var list []*catalog.Component
	for _, name := range names {
		component, err := all.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, component)
	}
	probes, err := c.ProbeComponents(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return probes
}

var ignored = cmpopts.IgnoreUnexported(opc.Probe{})

func TestProbe(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.component("a", `images:
  - {name: "r.example/both:1", found: rendered}
  - {name: "r.example/narrow:1", found: rendered}
  - {name: "r.example/wide:1", found: rendered, platforms: [linux/amd64]}
  - {name: "r.example/named:1", found: rendered, publishedAs: {linux/arm64: "r.example/named-arm64:1"}}
  - {name: "r.example/gone:1", found: rendered}
  - {name: "r.example/closed:1", found: rendered}
  - {name: "r.example/busy:1", found: rendered}
  - {name: "opc.internal/built:1", found: rendered}
build:
  - {name: "opc.internal/built:1", from: "r.example/both:1", user: "1", files: [{url: "https://x.example/tool", dest: /tool}]}
install: {manifests: [{url: "https://x.example/gone.yaml"}]}`)
	u.component("b", `images: [{name: "r.example/both:1", found: rendered}]`)
	u.files["tool"] = "a tool"
	u.image("both", "1", "x")
	u.image("narrow", "1", "x", amd)
	u.image("wide", "1", "x")
	u.image("named", "1", "x", amd)
	u.image("named-arm64", "1", "x", arm)
	u.server.Fault("", "/closed/", remotetest.Repeat(9, remotetest.Status(http.StatusUnauthorized))...)
	u.server.Fault("", "/busy/", remotetest.Repeat(99, remotetest.Status(http.StatusServiceUnavailable))...)
	got := probed(t, u.client(), "a", "b")
	for i := range got {
		if got[i].Status != opc.ProbePlatform && strings.Contains(got[i].Detail, "; ") {
			got[i].Detail = "an error that says what to do"
		}
	}
	a, told := []string{"a"}, "an error that says what to do"
	want := []opc.Probe{
		{Components: a, Kind: "file", Name: "https://x.example/gone.yaml", Status: opc.ProbeMissing, Detail: told},
		{Components: a, Kind: "file", Name: "https://x.example/tool", Status: opc.ProbeOK},
		{Components: []string{"a", "b"}, Kind: "image", Name: "r.example/both:1", Platforms: []string{amd, arm}, Status: opc.ProbeOK},
		{Components: a, Kind: "image", Name: "r.example/busy:1", Platforms: []string{amd, arm}, Status: opc.ProbeUnreachable, Detail: told},
		{Components: a, Kind: "image", Name: "r.example/closed:1", Platforms: []string{amd, arm}, Status: opc.ProbeDenied, Detail: told},
		{Components: a, Kind: "image", Name: "r.example/gone:1", Platforms: []string{amd, arm}, Status: opc.ProbeMissing, Detail: told},
		{Components: a, Kind: "image", Name: "r.example/named-arm64:1", Platforms: []string{arm}, Status: opc.ProbeOK},
		{Components: a, Kind: "image", Name: "r.example/named:1", Platforms: []string{amd}, Status: opc.ProbeOK},
		{Components: a, Kind: "image", Name: "r.example/narrow:1", Platforms: []string{amd, arm}, Status: opc.ProbePlatform, Detail: "lacks linux/arm64; there is linux/amd64"},
		{Components: a, Kind: "image", Name: "r.example/wide:1", Platforms: []string{amd}, Status: opc.ProbeOK, Detail: "there is also linux/arm64"},
	}
	if diff := cmp.Diff(want, got, ignored); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(u.server.Log(http.MethodGet, "/blobs/")); n > 0 {
		t.Errorf("%d blobs were fetched", n)
	}
}

func TestProbeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.web()
	c := u.client()
	all, err := c.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	web, err := all.Get("web")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.ProbeComponents(ctx, []*catalog.Component{web}); err == nil {
		t.Error("it succeeds")
	}
}
