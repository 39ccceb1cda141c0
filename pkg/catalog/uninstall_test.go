package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// uninstalled are the calls that change something.
func uninstalled(t *testing.T, h host, args ...string) (string, []string) {
	t.Helper()
	said, err := h.run("uninstall.sh", nil, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var calls []string
	for call := range strings.Lines(h.read(t, "calls")) {
		if !strings.Contains(call, " get ") {
			calls = append(calls, strings.TrimSpace(call))
		}
	}
	return said, calls
}

const objects = `# Source: chart/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
---
kind: "Namespace"
metadata: {name: home}
--- # more
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec: {kind: Deployment}
---
# nothing
---
kind: CustomResourceDefinition
metadata:
  name: kept.example.org
  annotations:
    "helm.sh/resource-policy": keep
`

func TestUninstallGoesBackwards(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, release := range []string{"demo", "demo-operator", "extra"} {
		h.write(t, "manifest-"+release, "kind: ConfigMap\n")
	}
	h.put(t, "manifests/before.yaml", objects)
	h.put(t, "manifests/after.yaml", "kind: ConfigMap\nmetadata: {name: after}\n")
	said, calls := uninstalled(t, h)
	want := []string{
		"kubectl delete --ignore-not-found --wait --timeout 10m -f -",
		"helm uninstall extra --namespace demo --wait --timeout 10m",
		"helm uninstall demo --namespace demo --wait --timeout 10m",
		"helm uninstall demo-operator --namespace operators --wait --timeout 10m",
		"kubectl delete --ignore-not-found --wait --timeout 10m -f -",
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	deleted := h.read(t, "deleted")
	for text, in := range map[string]bool{"after": true, "plain": true, "home": false, "things": false, "kept": false} {
		if strings.Contains(deleted, text) != in {
			t.Errorf("%s: want %v in what is deleted:\n%s", text, in, deleted)
		}
	}
	if !strings.Contains(said, "definitions, volumes and secrets are kept") || !strings.HasSuffix(said, "demo: is taken out of the cluster\n") {
		t.Errorf("it says:\n%s", said)
	}
}

// Helm deletes definitions among a chart's templates, with all that users made of
// them, unless the chart says otherwise.
func TestUninstallKeepsDefinitionsOfTemplates(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "manifest-demo-operator", objects)
	_, calls := uninstalled(t, h)
	if len(calls) != 3 || calls[0] != "kubectl annotate --overwrite -f - helm.sh/resource-policy=keep" ||
		!strings.HasPrefix(calls[1], "helm upgrade demo-operator /") || !strings.HasSuffix(calls[1], " --namespace operators --reset-values") ||
		calls[2] != "helm uninstall demo-operator --namespace operators --wait --timeout 10m" {
		t.Errorf("calls:\n%s", strings.Join(calls, "\n"))
	}
	annotated := h.read(t, "annotated")
	for text, in := range map[string]bool{"things": true, "home": true, "plain": false, "kept": false} {
		if strings.Contains(annotated, text) != in {
			t.Errorf("%s: want %v in what is marked:\n%s", text, in, annotated)
		}
	}
}

func TestUninstallPurges(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	said, calls := uninstalled(t, h, "--purge")
	owner := " --selector app.kubernetes.io/instance in (demo,demo-operator,extra) --ignore-not-found"
	want := []string{
		"kubectl delete secret demo-admin --namespace demo --ignore-not-found",
		"kubectl delete secret other --namespace elsewhere --ignore-not-found",
		"kubectl delete persistentvolumeclaim --namespace demo" + owner,
		"kubectl delete persistentvolumeclaim --namespace elsewhere" + owner,
		"kubectl delete persistentvolumeclaim --namespace operators" + owner,
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if strings.Contains(said, "are kept") || !strings.Contains(said, "release demo in namespace demo: Error: release: not found\n") {
		t.Errorf("it says:\n%s", said)
	}
}

// A failure ends it: what comes later may be what deletes what came before.
func TestUninstallStops(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.write(t, "manifest-extra", "kind: ConfigMap\n")
	h.write(t, "helm-fails", "")
	said, err := h.run("uninstall.sh", nil)
	if err == nil || strings.Contains(said, "is taken out") || strings.Contains(h.read(t, "calls"), "manifest demo ") {
		t.Errorf("it goes on: %v\n%s\n%s", err, said, h.read(t, "calls"))
	}
	if said, err := h.run("uninstall.sh", nil, "--all"); err == nil || !strings.Contains(said, "usage: ") {
		t.Errorf("it takes a flag that it does not know: %v\n%s", err, said)
	}
}
