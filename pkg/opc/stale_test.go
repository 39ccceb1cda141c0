package opc

import (
	"testing"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
)

func TestOtherInputs(t *testing.T) {
	t.Parallel()
	sources := func(names ...string) (list []compose.Download) {
		for _, name := range names {
			list = append(list, compose.Download{Source: name})
		}
		return list
	}
	l := &lock.Lock{
		Profile: "web", KubeVersion: "v1.36.3", Platforms: []string{"linux/amd64"},
		Downloads: []lock.Download{{Source: "a"}, {Source: "b"}},
	}
	plan := func(change func(*compose.Plan)) *compose.Plan {
		p := &compose.Plan{Name: "web", KubeVersion: "v1.36.3", Platforms: []string{"linux/amd64"}, Downloads: sources("a", "b")}
		change(p)
		return p
	}
	for want, p := range map[string]*compose.Plan{
		"the Kubefile, files of its context or components have changed": plan(func(*compose.Plan) {}),
		"it is of web, not of shop":                                     plan(func(p *compose.Plan) { p.Name = "shop" }),
		"Kubernetes v1.36.3, now v1.37.0; for linux/amd64, now for linux/amd64, linux/arm64": plan(func(p *compose.Plan) {
			p.KubeVersion, p.Platforms = "v1.37.0", []string{"linux/amd64", "linux/arm64"}
		}),
		"new: c; not wanted any more: a": plan(func(p *compose.Plan) { p.Downloads = sources("b", "c") }),
		"new: c, d, e, …":                plan(func(p *compose.Plan) { p.Downloads = sources("a", "b", "c", "d", "e", "f") }),
	} {
		if got := otherInputs(p, l); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
