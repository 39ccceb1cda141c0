package objects_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/catalog/objects"
)

const head = `name: demo
title: Demo
group: foundation
description: For tests.
version: "1.0"
licence: {spdx: MIT}
platforms: [linux/amd64]
namespace: demo
ready: [{kind: Deployment, name: web}]
install: {manifests: [{path: own.yaml}]}
`

// good keeps every rule.
const good = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template:
    spec:
      initContainers:
        - {name: wait, image: "r.example/web:1", command: [sh, -c, "curl http://web.demo.svc:80 && wget -O- http://127.0.0.1/"], resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {cpu: 1m, memory: 1Mi}}}
      containers:
        - name: web
          image: r.example/web:1
          resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {cpu: 1m, memory: 1Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: ClusterIP}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: own}
---
# nothing
`

// broken has for each rule changes to what is good, each of which breaks it, and
// the message about it.
var broken = map[string][]struct{ old, new, want string }{
	"object-image": {
		{"image: r.example/web:1", "image: r.example/web", "Deployment web: container web runs r.example/web, which is untagged or latest"},
		{"image: r.example/web:1", "image: r.example/web:latest", "container web runs r.example/web:latest"},
		{"image: r.example/web:1", "image: r.example/web:1\n          imagePullPolicy: Always", "container web asks for its image at every start"},
	},
	"object-resources": {
		{"requests: {cpu: 1m, memory: 1Mi}, limits: {cpu: 1m, memory: 1Mi}}\n---", "requests: {cpu: 1m, memory: 1Mi}, limits: {cpu: 1m}}\n---", "container web has no memory in its limits"},
		{"requests: {cpu: 1m, memory: 1Mi}, limits: {cpu: 1m, memory: 1Mi}}}", "requests: {memory: 1Mi}, limits: {cpu: 1m, memory: 1Mi}}}", "container wait has no cpu in its requests"},
	},
	"object-storage": {
		{"replicas: 1", "replicas: 1\n  volumeClaimTemplates: [{spec: {storageClassName: fast}}]", "a volume is of the storage class fast"},
	},
	"object-secret": {
		{"# nothing", "kind: Secret\nmetadata: {name: key}\nstringData: {password: secret}", "Secret key: it is the same in every cluster"},
	},
	"object-balancer": {
		{"type: ClusterIP", "type: LoadBalancer", "Service web: it needs a load balancer"},
	},
	"object-download": {
		{"http://web.demo.svc:80", "https://downloads.example.org/driver.jar", "container wait seems to download: curl https://downloads.example.org/"},
		{"curl http://web.demo.svc:80", "apk add curl", "container wait seems to download: apk add curl"},
	},
	"object-spread": {
		{"      containers:", "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname}]}}\n      containers:", "its copies must be on different hosts"},
		{"      containers:", "      topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule}]\n      containers:", "its copies must be spread over hosts"},
	},
	"object-single": {
		{"replicas: 1", "replicas: 3", "there are 3 copies also on a single node"},
	},
	"object-unreadable": {
		{"type: ClusterIP}", "type: ClusterIP", "own.yaml"},
	},
}

func lint(t *testing.T, files map[string]string) []catalog.Finding {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["demo/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := catalog.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return objects.Lint(t.Context(), c)
}

func TestLintFindsEachBreak(t *testing.T) {
	t.Parallel()
	for id, changes := range broken {
		for _, change := range changes {
			text := strings.Replace(good, change.old, change.new, 1)
			if text == good {
				t.Fatalf("%s: there is no %q", id, change.old)
			}
			got := lint(t, map[string]string{"component.yaml": head, "own.yaml": text})
			if len(got) != 1 || got[0].Rule != id || !strings.Contains(got[0].Message, change.want) ||
				!strings.HasPrefix(got[0].String(), "demo/component.yaml:10:") {
				t.Errorf("%s: got %v, want %s", id, got, change.want)
			}
		}
	}
}

func TestLintPassesWhatIsGood(t *testing.T) {
	t.Parallel()
	for _, f := range lint(t, map[string]string{"component.yaml": head, "own.yaml": good}) {
		t.Error(f)
	}
}

func TestRulesAreExplainedAndTested(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, rule := range objects.Rules() {
		if len(rule.Explanation) < 60 || !strings.HasSuffix(rule.Explanation, ".") {
			t.Errorf("rule %s: explanation %q", rule.ID, rule.Explanation)
		}
		if rule.ID != "allow-unused" {
			ids = append(ids, rule.ID)
		}
	}
	slices.Sort(ids)
	if tested := slices.Sorted(maps.Keys(broken)); !slices.Equal(ids, tested) {
		t.Errorf("rules %v, tests %v", ids, tested)
	}
}

// A reason lets one object break one rule, and goes when it is not needed.
func TestLintAllows(t *testing.T) {
	t.Parallel()
	three := strings.Replace(good, "replicas: 1", "replicas: 3", 1)
	allow := `allow:
  - {rule: object-single, object: Deployment web, reason: Two are a quorum.}
`
	if got := lint(t, map[string]string{"component.yaml": head + allow, "own.yaml": three}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	got := lint(t, map[string]string{"component.yaml": head + allow, "own.yaml": good})
	if len(got) != 1 || got[0].String() != "demo/component.yaml:12:5: error: Deployment web does not break object-single, so nothing is to be allowed [allow-unused]" {
		t.Errorf("got %v", got)
	}
	other := strings.Replace(allow, "Deployment web", "Deployment other", 1)
	if got := lint(t, map[string]string{"component.yaml": head + other, "own.yaml": three}); len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// Charts are looked at as they are installed, on several nodes and on one.
func TestLintRendersCharts(t *testing.T) {
	t.Parallel()
	component := strings.Replace(head, "manifests: [{path: own.yaml}]", "charts: [{release: web, path: chart, values: v.yaml, singleValues: one.yaml}]", 1)
	files := map[string]string{
		"component.yaml": component, "v.yaml": "copies: 3\n", "one.yaml": "copies: 1\n",
		"chart/Chart.yaml":         "apiVersion: v2\nname: web\nversion: 1.0.0\n",
		"chart/templates/web.yaml": strings.Replace(good, "replicas: 1", "replicas: {{ .Values.copies }}", 1),
	}
	if got := lint(t, files); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	files["one.yaml"] = "copies: 2\n"
	if got := lint(t, files); len(got) != 1 || got[0].Rule != "object-single" {
		t.Errorf("got %v", got)
	}
	files["chart/templates/web.yaml"] = "{{ .Values.copies.of.nothing }}"
	if got := lint(t, files); len(got) != 1 || got[0].Rule != "object-unreadable" {
		t.Errorf("got %v", got)
	}
}

func TestEmbeddedCatalogKeepsTheRules(t *testing.T) {
	t.Parallel()
	c, err := catalog.Load(images.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range objects.Lint(t.Context(), c) {
		t.Error(f)
	}
}
