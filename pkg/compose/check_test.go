package compose_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

const installs = "\ninstall: {manifests: [{url: \"https://x.example/a.yaml\"}]}"

var related = map[string]string{
	"base":   "kubernetes: \">=1.30\"" + installs,
	"files":  "install: {hostFiles: [{path: component.yaml, dest: bin/x}]}",
	"same":   "install: {hostFiles: [{path: component.yaml, dest: bin/x}]}",
	"needs":  "requires: [base]",
	"passes": "requires: [files]",
	"fights": "conflicts: [base, hits]",
	"hits":   "conflicts: [fights]",
	"old":    "kubernetes: \"<1.20\"",
	"amd":    "images:\n  - {name: \"r.example/amd:1\", found: rendered, platforms: [linux/amd64]}",
}

// apps declares a component each, and launches those behind a "!".
func apps(names string) string {
	declared, launched, _ := strings.Cut(names, "!")
	var b strings.Builder
	for _, name := range strings.Fields(declared) {
		b.WriteString("APP " + name + " component://" + name + "\n")
	}
	if launched != "" {
		b.WriteString("LAUNCH " + launched + "\n")
	}
	return b.String()
}

func TestRelations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		apps     string
		problems []string
	}{
		"fine":                  {"base needs!base needs", nil},
		"launch order counts":   {"needs base!base needs", nil},
		"not launched":          {"base needs", nil},
		"nothing to start":      {"files passes!passes", nil},
		"missing":               {"needs", []string{"Kubefile:2:1: component needs requires base; add APP base component://base before it"}},
		"declared after":        {"needs base", []string{"Kubefile:2:1: component needs requires base, which comes after it; change the order"}},
		"launched after":        {"base needs!needs base", []string{"Kubefile:3:1: component needs requires base, which LAUNCH starts after it; change the order"}},
		"launched without":      {"base needs!needs", []string{"Kubefile:3:1: component needs requires base, which LAUNCH does not start; add it before needs"}},
		"conflict":              {"base fights", []string{"Kubefile:3:1: components base and fights cannot be in one cluster; leave one of them out"}},
		"conflict is told once": {"fights hits", []string{"Kubefile:3:1: components fights and hits cannot be in one cluster; leave one of them out"}},
		"Kubernetes":            {"old", []string{"Kubefile:2:1: component old runs on Kubernetes <1.20, and this image is for v1.36.3"}},
		"two write one file":    {"files same", []string{"Kubefile:3:1: components files and same both have a file bin/x"}},
		"everything is told": {"needs old fights hits", []string{
			"Kubefile:2:1: component needs requires base; add APP base component://base before it",
			"Kubefile:3:1: component old runs on Kubernetes <1.20, and this image is for v1.36.3",
			"Kubefile:5:1: components fights and hits cannot be in one cluster; leave one of them out",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(t, fixture{kubefile: apps(test.apps), components: related})
			var problems kubefile.Problems
			if errors.As(err, &problems); err != nil && problems == nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range problems {
				got = append(got, p.Error())
				if p.Rule != compose.RuleCompose || p.Severity != kubefile.Error {
					t.Errorf("%s: %s", p.Rule, p.Severity)
				}
			}
			if diff := cmp.Diff(test.problems, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fixture fixture
		want    []string
	}{
		"a requirement that the base has to bring": {
			fixture{kubefile: "FROM r.example/base:1\n" + apps("needs")},
			[]string{"component needs requires base, which the base image r.example/base:1 has to bring"},
		},
		"a requirement of an app image": {
			fixture{kubefile: apps("needs"), request: func(r *compose.Request) { r.Type = sealer.AppInstaller }},
			[]string{"component needs needs base on the cluster already"},
		},
		"an image that one platform lacks": {
			fixture{kubefile: apps("amd"), request: func(r *compose.Request) { r.Platforms = []string{"linux/arm64", "linux/amd64"} }},
			[]string{"component amd: image r.example/amd:1 is not published for linux/arm64 and is left out there; what needs it will not start on such a host"},
		},
		"a build argument for nobody": {
			fixture{kubefile: "ARG A=1", request: func(r *compose.Request) { r.Args = map[string]string{"A": "2", "B": "3"} }},
			[]string{"the build argument B is used nowhere; no Kubefile declares it with ARG"},
		},
		"what lint finds": {
			fixture{kubefile: "FROM r.example/base", request: func(r *compose.Request) { r.Platforms = []string{"linux/arm64", "linux/amd64"} }},
			[]string{"Kubefile:1:6: the base image r.example/base is whatever is newest; name a version"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.fixture.components = related
			p := plan(t, test.fixture)
			if diff := cmp.Diff(test.want, p.Warnings); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestComponentErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kubefile, want string }{
		"another name":  {"APP web component://base", "Kubefile:2:1: APP: the app of component base has to have its name; write APP base component://base"},
		"unknown":       {"APP x component://x", "Kubefile:2:1: APP: no such component: \"x\"; the catalog has amd, base"},
		"not alone":     {"APP base component://base local://x", "a component is the only source of its app"},
		"not alone too": {"APP base https://x.example/a.yaml component://base", "a component is the only source of its app"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(t, fixture{kubefile: test.kubefile, components: related})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*compose.Request){
		"no platform to build for":                    func(r *compose.Request) { r.Platforms = nil },
		`the Kubernetes version "new" cannot be read`: func(r *compose.Request) { r.KubeVersion = "new" },
	} {
		if _, err := build(t, fixture{kubefile: "ENV A=1", request: change}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
