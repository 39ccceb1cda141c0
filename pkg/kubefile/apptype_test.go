package kubefile

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opc-source/opc-image/pkg/sealer"
)

func TestAppType(t *testing.T) {
	t.Parallel()
	context := NewContext(fstest.MapFS{
		"chart/Chart.yaml": {}, "chart/values.yaml": {}, "chart/templates/a.yaml": {}, "chart/README.md": {},
		"partial/Chart.yaml": {}, "partial/values.yaml": {},
		"yaml/a.yaml": {}, "yaml/deep/b.YML": {}, "sh/a.sh": {}, "mixed/a.yaml": {}, "mixed/b.sh": {},
		"tmpl/a.yaml.tmpl": {}, "tmpl/b.yaml": {}, "empty/.keep": {},
	}, nil)
	tests := []struct {
		sources string
		want    sealer.AppType
	}{
		{"local://chart", sealer.HelmApp},
		{"local://yaml local://chart", sealer.HelmApp},
		{"local://partial", sealer.KubeApp},
		{"local://yaml", sealer.KubeApp},
		{"local://yaml/*.yaml", sealer.KubeApp},
		{"local://sh/a.sh", sealer.ShellApp},
		{"local://yaml local://sh", ""},
		{"local://mixed", ""},
		{"local://tmpl", ""},
		{"local://empty", ""},
		{"https://example.com/a.yaml?x=.sh", sealer.KubeApp},
		{"https://example.com/a.yaml local://sh", ""},
		{"https://example.com/a.tgz", ""},
		{"component://x local://mixed", sealer.HelmApp},
	}
	for _, test := range tests {
		var sources []Source
		for _, text := range strings.Fields(test.sources) {
			source, err := ParseSource(text)
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, source)
		}
		got, err := appType(context, sources)
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v; want %q", test.sources, got, err, test.want)
		}
	}
	if _, err := appType(context, []Source{{Path: "absent"}}); err == nil {
		t.Error("an absent path is no error")
	}
}
