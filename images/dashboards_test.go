package images_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dashboard is what Grafana reads, as far as it is looked at here.
type dashboard struct {
	UID    string `json:"uid"`
	Title  string `json:"title"`
	Panels []struct {
		Title   string `json:"title"`
		GridPos struct{ X, Y int }
		Targets []struct{ Expr string }
	} `json:"panels"`
}

func dashboards(t *testing.T) []dashboard {
	t.Helper()
	var all []dashboard
	for _, object := range objects(t, component(t, "dashboards")) {
		data, _ := object["data"].(map[string]any)
		for name, text := range data {
			var d dashboard
			if err := json.Unmarshal([]byte(text.(string)), &d); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all = append(all, d)
		}
	}
	return all
}

func TestDashboardsCanBeRead(t *testing.T) {
	t.Parallel()
	var seen []string
	for _, d := range dashboards(t) {
		if d.UID == "" || slices.Contains(seen, d.UID) || len(d.Panels) < 4 {
			t.Errorf("dashboard %q has the id %q and %d panels", d.Title, d.UID, len(d.Panels))
		}
		seen = append(seen, d.UID)
		places := map[any]bool{}
		for _, p := range d.Panels {
			expr := p.Targets[0].Expr
			if places[p.GridPos] || expr == "" || strings.Contains(expr, "NAMESPACES") {
				t.Errorf("dashboard %q, panel %q at %v: %s", d.Title, p.Title, p.GridPos, expr)
			}
			places[p.GridPos] = true
		}
	}
	if len(seen) == 0 {
		t.Error("there are none")
	}
}

// Wherever a component has pods, a dashboard shows them.
func TestDashboardsShowEveryNamespace(t *testing.T) {
	t.Parallel()
	var shown []*regexp.Regexp
	for _, d := range maps(values(t, component(t, "dashboards"), "values.yaml")["dashboards"]) {
		pattern, _ := d["namespaces"].(string)
		shown = append(shown, regexp.MustCompile("^(?:"+pattern+")$"))
	}
	for _, c := range components(t) {
		namespaces := []string{c.Namespace}
		for _, chart := range c.Install.Charts {
			namespaces = append(namespaces, c.NamespaceOf(chart.Namespace))
		}
		for _, namespace := range namespaces {
			matches := func(r *regexp.Regexp) bool { return r.MatchString(namespace) }
			if namespace != "" && len(c.Images) > 0 && !slices.ContainsFunc(shown, matches) {
				t.Errorf("no dashboard shows %s, where %s is", namespace, c.Name)
			}
		}
	}
}
