package catalog_test

import (
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	upstream := catalog.Chart{Release: "mesh", Repository: "https://a.io", Chart: "istiod", Version: "1.2.3", Values: "v.yaml"}
	own := catalog.Chart{Release: "mesh", Path: "chart"}
	for _, test := range []struct{ got, want string }{
		{upstream.File(), "charts/istiod-1.2.3.tgz"},
		{upstream.ValuesFile(), "values/mesh.yaml"},
		{own.File(), "charts/mesh"},
		{own.ValuesFile(), ""},
		{own.SingleFile(), ""},
		{catalog.Chart{Release: "mesh", SingleValues: "s.yaml"}.SingleFile(), "values/single/mesh.yaml"},
		{catalog.Manifest{URL: "https://a.io/b/c.yaml"}.File(), "manifests/c.yaml"},
		{catalog.Manifest{Path: "b/d.yaml"}.File(), "manifests/d.yaml"},
		{catalog.Manifest{Path: "b/d.yaml"}.SingleFile(), ""},
		{catalog.Manifest{URL: "https://a.io/d.yaml"}.DualFile(), ""},
		{catalog.Manifest{URL: "https://a.io/d.yaml", DualEdits: []catalog.Edit{{Find: "a"}}}.DualFile(), "manifests/dual/d.yaml"},
		{catalog.Manifest{Path: "b/d.yaml", SingleEdits: []catalog.Edit{{Find: "a"}}}.SingleFile(), "manifests/single/d.yaml"},
		{catalog.Manifest{URL: "https://a.io/b", Name: "e.yaml"}.File(), "manifests/e.yaml"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

func TestManifestEdit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		edits []catalog.Edit
		want  string // the result, or a part of the error after "!"
	}{
		"none":       {nil, "a b a"},
		"once":       {[]catalog.Edit{{Find: "b", Replace: "c"}}, "a c a"},
		"counted":    {[]catalog.Edit{{Find: "a", Replace: "x", Count: 2}}, "x b x"},
		"in order":   {[]catalog.Edit{{Find: "b", Replace: "c"}, {Find: "c", Replace: "d"}}, "a d a"},
		"literal":    {[]catalog.Edit{{Find: ".", Replace: "c"}}, `!expected 1 times ".", found 0`},
		"too often":  {[]catalog.Edit{{Find: "a", Replace: "x"}}, `!manifest m.yaml: expected 1 times "a", found 2`},
		"too seldom": {[]catalog.Edit{{Find: "b", Replace: "x", Count: 3}}, `!expected 3 times "b", found 1`},
	} {
		got, err := catalog.Manifest{Path: "m.yaml", Edits: test.edits}.Edit("a b a")
		part, failure := strings.CutPrefix(test.want, "!")
		if failure != (err != nil) || failure && !strings.Contains(err.Error(), part) || !failure && got != test.want {
			t.Errorf("%s: got %q, %v; want %s", name, got, err, test.want)
		}
	}
}
