package opc_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
)

// TestUpstreams lists each host once, wherever the plan or the lock names it.
func TestUpstreams(t *testing.T) {
	t.Parallel()
	plan := &compose.Plan{
		Base:       "base.example/base:1",
		Components: []*catalog.Component{{Images: []catalog.Image{{Name: "r.example/a:1"}, {Name: "docker.io/library/b:1"}}}},
		Downloads: []compose.Download{
			{Source: "https://files.example/one"}, {Source: "https://files.example/two"},
			{Source: "https://charts.example/stable#web@1", Chart: &compose.Chart{Repository: "https://charts.example/stable", Name: "web", Version: "1"}},
			{Source: "oci://r.example/charts/web:1", Chart: &compose.Chart{Repository: "oci://r.example/charts", Name: "web", Version: "1"}},
			{Source: "oci://charts.r.example/web:1", Chart: &compose.Chart{Repository: "oci://charts.r.example", Name: "web", Version: "1"}},
			{Source: "deb://tool/1?arch=amd64"},
		},
	}
	l := &lock.Lock{Images: []lock.Image{{Name: "found.example/c:1"}, {Name: "opc.internal/built:1", Assembled: true}}}
	hosts := func(l *lock.Lock) (list []string) {
		for _, u := range opc.Upstreams(plan, l) {
			list = append(list, u.Host)
		}
		return list
	}
	want := []string{"base.example", "charts.r.example", "docker.io", "found.example", "r.example", "charts.example", "files.example"}
	if diff := cmp.Diff(want, hosts(l)); diff != "" {
		t.Error(diff)
	}
	plan.Base = "localhost/base:1"
	want = []string{"charts.r.example", "docker.io", "r.example", "charts.example", "files.example"}
	if diff := cmp.Diff(want, hosts(nil)); diff != "" {
		t.Error(diff)
	}
}

// TestCheckUpstream asks a site for what the plan takes from it.
func TestCheckUpstream(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.component("a", `install: {manifests: [{url: "https://x.example/here.yaml"}]}`)
	u.component("b", `install: {manifests: [{url: "https://x.example/gone.yaml"}]}`)
	u.files["here.yaml"] = "{}"
	c := u.client()
	for name, want := range map[string]bool{"a": true, "b": false} {
		p := plan(t, c, name)
		for _, up := range opc.Upstreams(p, nil) {
			if err := c.CheckUpstream(t.Context(), up); (err == nil) != want || up.Host != "x.example" {
				t.Errorf("%s: %s: %v", name, up.Host, err)
			}
		}
	}
}
