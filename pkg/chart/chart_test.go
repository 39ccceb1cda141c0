package chart

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tgz packs files as helm package does.
func tgz(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	w := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[name]))}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const meta = "{apiVersion: v2, name: demo, version: 1.0.0}"

// load loads a chart from files given relative to its root.
func load(t testing.TB, files map[string]string) *Chart {
	t.Helper()
	fsys := fstest.MapFS{"Chart.yaml": {Data: []byte(meta), Mode: 0o644}}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	c, err := LoadDir(fsys, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	t.Parallel()
	sub := tgz(t, map[string]string{"db/Chart.yaml": "{apiVersion: v2, name: db, version: 0.1.0}"})
	c, err := Load(bytes.NewReader(tgz(t, map[string]string{
		"demo/Chart.yaml":          "\xef\xbb\xbf{apiVersion: v2, name: demo, version: 1.0.0, appVersion: '9', kubeVersion: '>=1.30.0', annotations: {a: b}}",
		"demo/charts/db-0.1.0.tgz": string(sub),
		"demo/charts/_ignored.tgz": "not an archive",
	})), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if c.ID() != "demo-1.0.0" || c.Name() != "demo" || c.Version() != "1.0.0" || c.AppVersion() != "9" || c.KubeVersion() != ">=1.30.0" || c.Annotations()["a"] != "b" {
		t.Errorf("loaded %s, app %s, kube %s, %v", c.ID(), c.AppVersion(), c.KubeVersion(), c.Annotations())
	}
	parsed, err := parse(c.files)
	if err != nil || len(parsed.Dependencies()) != 1 || parsed.Dependencies()[0].Name() != "db" {
		t.Errorf("sub-charts %v, %v, want db", parsed.Dependencies(), err)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	nest := func(levels int) string {
		data := tgz(t, map[string]string{"x/Chart.yaml": "{apiVersion: v2, name: x, version: 1.0.0}"})
		for range levels {
			data = tgz(t, map[string]string{"x/Chart.yaml": "{apiVersion: v2, name: x, version: 1.0.0}", "x/charts/x.tgz": string(data)})
		}
		return string(data)
	}
	demo := func(name, data string) string {
		return string(tgz(t, map[string]string{"demo/Chart.yaml": meta, name: data}))
	}
	tests := []struct {
		name, data string
		limits     Limits
		want       string
	}{
		{"not gzip", "hello", Limits{}, "not a gzip stream"},
		{"truncated", demo("demo/a", "b")[:60], Limits{}, "read tar"},
		{"empty", string(tgz(t, nil)), Limits{}, "no files"},
		{"no Chart.yaml", string(tgz(t, map[string]string{"demo/a": "b"})), Limits{}, "Chart.yaml"},
		{"bad Chart.yaml", string(tgz(t, map[string]string{"demo/Chart.yaml": "name: ["})), Limits{}, "Chart.yaml"},
		{"leaves the folder", demo("../evil", "x"), Limits{}, "not inside the chart's own folder"},
		{"absolute", demo("/etc/passwd", "x"), Limits{}, "relative slash paths"},
		{"backslash", demo(`demo\a`, "x"), Limits{}, "relative slash paths"},
		{"archive size", demo("demo/a", "b"), Limits{ArchiveBytes: 50}, "50 bytes allowed"},
		{"unpacked size", demo("demo/a", strings.Repeat("x", 1000)), Limits{UnpackedBytes: 500}, "more than the 500 bytes"},
		{"files", demo("demo/a", "b"), Limits{Files: 1}, "1 files allowed"},
		{"depth", nest(3), Limits{Depth: 2}, "2 levels"},
		{"size of sub-charts", demo("demo/charts/x.tgz", string(tgz(t, map[string]string{"x/big": strings.Repeat("x", 5000)}))), Limits{UnpackedBytes: 3000}, "3000 bytes"},
	}
	for _, test := range tests {
		_, err := Load(strings.NewReader(test.data), test.limits)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: Load = %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func TestLoadDir(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{".helmignore": "*.bak\nsecret/\n", "a.bak": "x", "secret/a": "x", "templates/.hidden": "x", "templates/a.yaml": "a: b"})
	var names []string
	for _, f := range c.files {
		names = append(names, f.name)
	}
	if got := strings.Join(names, " "); got != ".helmignore Chart.yaml templates/a.yaml" {
		t.Errorf("files %s", got)
	}
	if _, err := LoadDir(fstest.MapFS{".helmignore": {Data: []byte("a[")}, "a": {}}, Limits{}); err == nil {
		t.Error("a broken .helmignore passed")
	}
	if _, err := LoadDir(fstest.MapFS{}, Limits{}); err == nil {
		t.Error("an empty directory passed")
	}
}

func TestAsksAPIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, template string
		want           bool
	}{
		{"charts/sub/templates/a.yaml", `{{ if .Capabilities.APIVersions.Has "a/v1" }}a: 1{{ end }}`, true},
		{"templates/_helpers.tpl", `{{ define "a" }}{{ .Capabilities.APIVersions.Has "a/v1" }}{{ end }}`, true},
		{"templates/a.yaml", `a: {{ .Capabilities.KubeVersion }}`, false},
	} {
		c, err := LoadDir(fstest.MapFS{
			"Chart.yaml":            {Data: []byte("{apiVersion: v2, name: demo, version: 1.0.0}")},
			"charts/sub/Chart.yaml": {Data: []byte("{apiVersion: v2, name: sub, version: 1.0.0}")},
			test.name:               {Data: []byte(test.template)},
		}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.AsksAPIs(); got != test.want {
			t.Errorf("AsksAPIs with %s = %v, want %v", test.name, got, test.want)
		}
	}
}
