package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// broken has for each rule a catalog that breaks it, and the message about it.
var broken = map[string]struct {
	files map[string]string
	want  []string
}{
	"licence-missing": {
		map[string]string{"demo": without("licence:\n  spdx: MIT\n")},
		[]string{"demo/component.yaml:1:1: error: component demo has no licence"},
	},
	"licence-unknown": {
		map[string]string{
			"demo": licensed("Apache 2"), "b": as("b", licensed("MIT AND")), "c": as("c", licensed("(MIT OR ISC")),
			"d": as("d", licensed("OR")), "e": as("e", licensed("(MIT OR LicenseRef-own) AND GPL-2.0-only WITH Classpath-exception-2.0")),
		},
		[]string{
			`b/component.yaml:7:3: error: licence "MIT AND" is not an SPDX expression: it ends too early`,
			`c/component.yaml:7:3: error: licence "(MIT OR ISC" is not an SPDX expression: it ends too early`,
			`d/component.yaml:7:3: error: licence "OR" is not an SPDX expression: "OR" is not expected there`,
			`demo/component.yaml:7:3: error: licence "Apache 2" is not an SPDX expression: "2" is not expected there`,
		},
	},
	"licence-reason": {
		map[string]string{"demo": licensed("MIT\n  restricted: true")},
		[]string{"demo/component.yaml:8:3: error: the licence of demo is restricted, but there is no reason"},
	},
	"licence-restricted": {
		map[string]string{"demo": licensed("Apache-2.0 AND AGPL-3.0-only"), "b": as("b", licensed("BUSL-1.1\n  restricted: true\n  reason: Not for competitors."))},
		[]string{"demo/component.yaml:7:3: error: licence Apache-2.0 AND AGPL-3.0-only is restricted; set restricted and reason"},
	},
	"requires-unknown": {
		map[string]string{"demo": named("demo", "requires: [b, nowhere]"), "b": named("b")},
		[]string{"demo/component.yaml:10:15: error: component demo requires nowhere, which the catalog does not have"},
	},
	"requires-cycle": {
		map[string]string{"demo": named("demo", "requires: [b]"), "b": named("b", "requires: [demo]"), "c": named("c", "requires: [b]")},
		[]string{
			"b/component.yaml:10:1: error: components require each other in a cycle: b → demo → b",
			"demo/component.yaml:10:1: error: components require each other in a cycle: demo → b → demo",
		},
	},
	"requires-conflict": {
		map[string]string{"demo": named("demo", "requires: [b]"), "b": named("b", "conflicts: [demo]")},
		[]string{"demo/component.yaml:1:1: error: components b and demo conflict: they cannot run in the same cluster; leave one out"},
	},
	"image-tag": {
		map[string]string{"demo": named("demo", `images:
  - {name: a.io/a, found: rendered, size: 1MiB}
  - {name: "a.io/b:latest", found: rendered, size: 1MiB}
  - {name: "a.io/c@sha256:`+sum+`", found: rendered, size: 1MiB}
  - {name: "a.io/d:1", found: rendered, size: 1MiB, publishedAs: {linux/amd64: a.io/d-amd64}}
build:
  - {name: "a.io/d:1", from: a.io/base, user: "1"}`)},
		[]string{
			"demo/component.yaml:11:6: error: image a.io/a is untagged or latest; name a version",
			"demo/component.yaml:12:6: error: image a.io/b:latest is untagged or latest",
			"demo/component.yaml:14:80: error: image a.io/d-amd64 is untagged or latest",
			"demo/component.yaml:16:24: error: image a.io/base is untagged or latest",
		},
	},
	"image-platforms": {
		map[string]string{"demo": without("platforms: [linux/amd64]\n") + `images:
  - {name: "a.io/a:1", found: rendered, size: 1MiB}
  - {name: "a.io/b:1", found: rendered, size: 1MiB, platforms: [linux/arm64]}
build:
  - {name: "a.io/b:1", from: "a.io/base:1", user: "1"}
`},
		[]string{
			"demo/component.yaml:10:6: error: image a.io/a:1 names no platforms, and neither does the component",
			"demo/component.yaml:13:6: error: image a.io/b:1 is assembled for no platforms",
		},
	},
	"image-size": {
		map[string]string{"demo": named("demo", `images: [{name: "a.io/a:1", found: rendered}]`)},
		[]string{"demo/component.yaml:10:11: warning: image a.io/a:1 has no approximate size"},
	},
	"image-excluded": {
		map[string]string{"demo": named("demo", `images: [{name: "docker.io/library/a:1", found: rendered, size: 1MiB}]`,
			`exclude: [{name: "a:1", reason: Not needed.}, {name: "b:1", reason: Not needed.}]`)},
		[]string{"demo/component.yaml:10:11: error: image docker.io/library/a:1 is also under exclude"},
	},
	"exclude-reason": {
		map[string]string{"demo": named("demo", `exclude: [{name: auto}]`)},
		[]string{"demo/component.yaml:10:11: error: auto is excluded without a reason"},
	},
	"namespace-missing": {
		map[string]string{"demo": without("namespace: demo\n") + `install: {charts: [{release: a, path: chart}, {release: b, path: chart, namespace: b}]}
secrets: [{name: a, for: b, generate: [c]}]
ready: [{kind: Deployment, name: a}, {kind: RuntimeClass, name: b}]
`, "demo/chart/Chart.yaml": "x"},
		[]string{
			"demo/component.yaml:9:20: error: release a has no namespace",
			"demo/component.yaml:10:11: error: secret a has no namespace",
			"demo/component.yaml:11:9: error: Deployment a has no namespace",
		},
	},
	"download-moving": {
		map[string]string{"demo": named("demo", "unverified: [checksums]", `ready: [{kind: A, name: b}]`, `install:
  charts:
    - {release: a, repository: "https://a.io/master/charts", chart: a, version: 1.0.0}
    - {release: b, repository: "https://a.io/master/charts", chart: a, version: 1.0.0, sha256: `+sum+`}
  manifests:
    - {url: "https://a.io/releases/latest/download/a.yaml"}
    - {url: "https://a.io/x/main/b.yaml"}
    - {url: "https://a.io/maintain/v1/c.yaml"}`)},
		[]string{
			"demo/component.yaml:14:7: error: https://a.io/master/charts is not the address of a release",
			"demo/component.yaml:17:7: error: https://a.io/releases/latest/download/a.yaml is not the address of a release",
			"demo/component.yaml:18:7: error: https://a.io/x/main/b.yaml is not the address of a release",
		},
	},
	"download-checksum": {
		map[string]string{"demo": named("demo", `install: {hostFiles: [{url: "https://a.io/a", dest: a}, {url: "https://a.io/b", dest: b, sha256: `+sum+`}]}`)},
		[]string{"demo/component.yaml:10:23: warning: the download from https://a.io/a has no sha256, and unverified does not say so"},
	},
	"launch-repeatable": {
		map[string]string{"demo": named("demo", "ready: [{kind: A, name: b}]", "uninstall: [./remove]", `launch:
  - helm install a charts/a
  - kubectl -n demo create namespace a
  - kubectl create namespace a --dry-run=client -o yaml | kubectl apply -f -
  - helm upgrade --install a charts/a`)},
		[]string{
			`demo/component.yaml:13:5: error: "helm install a charts/a" fails when it is run again`,
			`demo/component.yaml:14:5: error: "kubectl -n demo create namespace a" fails`,
		},
	},
	"uninstall-missing": {
		map[string]string{"demo": named("demo", "ready: [{kind: A, name: b}]", "launch: [./install]"), "b": named("b", "ready: [{kind: A, name: b}]", "launch: [./install]", "uninstall: [./remove]")},
		[]string{"demo/component.yaml:11:1: error: component demo has launch and no uninstall"},
	},
	"launch-platforms": {
		map[string]string{
			"demo":                  both("ready: [{kind: Job, name: a, platforms: [linux/arm64]}]", "install: {charts: [{release: a, path: chart}]}"),
			"b":                     as("b", both("ready: [{kind: Job, name: a}]", "install: {charts: [{release: a, path: chart, platforms: [linux/arm64]}]}")),
			"c":                     as("c", both("ready: [{kind: Job, name: a, platforms: [linux/arm64]}]", "install: {charts: [{release: a, path: chart, platforms: [linux/arm64]}]}")),
			"demo/chart/Chart.yaml": "x", "b/chart/Chart.yaml": "x", "c/chart/Chart.yaml": "x",
		},
		[]string{
			"b/component.yaml:13:6: error: image a.io/a:1 is for linux/arm64 only, which no chart or object under ready says",
			"demo/component.yaml:13:6: error: image a.io/a:1 is for linux/arm64 only",
		},
	},
	"ready-missing": {
		map[string]string{"demo": named("demo", "install: {manifests: [{path: a.yaml}]}"), "demo/a.yaml": "x"},
		[]string{"demo/component.yaml:10:1: warning: component demo installs objects but waits for none"},
	},
	"values-image": {
		map[string]string{
			"demo":                  named("demo", "ready: [{kind: A, name: b}]", "install: {charts: [{release: a, path: chart, values: v.yaml, singleValues: s.yaml}]}"),
			"demo/v.yaml":           "image: {tag: latest, pullPolicy: Always}\nother: a.io/b:latest\nlatest: tag\nmode: Always\n",
			"demo/s.yaml":           "imageTag: latest\n",
			"demo/chart/Chart.yaml": "x",
		},
		[]string{
			"demo/component.yaml:11:46: error: v.yaml sets tag to latest; name a version",
			"demo/component.yaml:11:46: error: v.yaml sets pullPolicy to Always",
			"demo/component.yaml:11:46: error: v.yaml sets other to a.io/b:latest; name a version",
			"demo/component.yaml:11:62: error: s.yaml sets imageTag to latest",
		},
	},
	"values-storage": {
		map[string]string{
			"demo":                  named("demo", "ready: [{kind: A, name: b}]", "install: {charts: [{release: a, path: chart, values: v.yaml}]}"),
			"demo/v.yaml":           "persistence: {storageClass: fast, size: 5Gi}\nspec: {storageClassName: \"\"}\n",
			"demo/chart/Chart.yaml": "x",
		},
		[]string{"demo/component.yaml:11:46: error: v.yaml sets storageClass to fast"},
	},
	"password-default": {
		map[string]string{
			"demo":                  named("demo", "ready: [{kind: A, name: b}]", "install: {charts: [{release: a, path: chart, values: v.yaml}]}"),
			"demo/v.yaml":           "auth: {adminPassword: secret, password: \"\"}\nexistingPassword: {key: a}\n",
			"demo/chart/Chart.yaml": "x",
		},
		[]string{"demo/component.yaml:11:46: error: v.yaml sets a password under adminPassword"},
	},
}

func TestLintFindsEachBreak(t *testing.T) {
	t.Parallel()
	for id, test := range broken {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range load(t, test.files).Lint() {
				if f.Rule != id {
					t.Errorf("it breaks another rule: %s", f)
				}
				got = append(got, f.String())
			}
			if len(got) != len(test.want) {
				t.Fatalf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) || !strings.HasSuffix(got[i], " ["+id+"]") {
					t.Errorf("got  %s\nwant %s… [%s]", got[i], test.want[i], id)
				}
			}
		})
	}
}

func TestRulesAreDocumentedAndTested(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, rule := range catalog.Rules() {
		if _, tested := broken[rule.ID]; !tested {
			t.Errorf("rule %s has no test that breaks it", rule.ID)
		}
		if len(rule.Explanation) < 60 || !strings.HasSuffix(rule.Explanation, ".") {
			t.Errorf("rule %s: explanation %q", rule.ID, rule.Explanation)
		}
		if slices.Contains(ids, rule.ID) {
			t.Errorf("rule %s is there twice", rule.ID)
		}
		ids = append(ids, rule.ID)
	}
	if len(ids) != len(broken) {
		t.Errorf("%d rules, %d tests", len(ids), len(broken))
	}
}

func TestMinimalComponentKeepsTheRules(t *testing.T) {
	t.Parallel()
	for _, f := range load(t, map[string]string{"demo": minimal}).Lint() {
		t.Error(f)
	}
}

// without is minimal less some of its text.
func without(text string) string { return strings.Replace(minimal, text, "", 1) }

// licensed is minimal with another licence expression.
func licensed(spdx string) string { return strings.Replace(minimal, "spdx: MIT", "spdx: "+spdx, 1) }

// both is minimal for two platforms, with an image for one of them.
func both(lines ...string) string {
	return strings.Replace(named("demo", lines...), "[linux/amd64]", "[linux/amd64, linux/arm64]", 1) + `images:
  - {name: "a.io/a:1", found: rendered, size: 1MiB, platforms: [linux/arm64]}
  - {name: "a.io/b:1", found: operator, size: 1MiB, platforms: [linux/arm64]}
`
}

// as renames a component that is derived from minimal.
func as(name, text string) string { return strings.Replace(text, "name: demo", "name: "+name, 1) }
