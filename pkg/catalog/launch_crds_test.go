package catalog_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestLaunchAppliesDefinitionsOfCharts(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	if said, err := h.launch(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if got := h.read(t, "applied"); got != "kind: CustomResourceDefinition\n" {
		t.Errorf("kubectl apply got %q", got)
	}
	order := regexp.MustCompile(`helm show crds (.*)\nkubectl apply --server-side --force-conflicts -f -\nkubectl delete secret .*\nhelm upgrade --install demo-operator (.*?) `)
	calls := h.read(t, "calls")
	if found := order.FindStringSubmatch(calls); len(found) != 3 || found[1] != found[2] {
		t.Errorf("definitions do not come just before their chart:\n%s", calls)
	}
	if strings.Count(calls, "helm show") != 1 {
		t.Errorf("definitions of a chart that does not ask for it:\n%s", calls)
	}
}
