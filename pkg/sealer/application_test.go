package sealer_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/sealer"
)

func TestCommand(t *testing.T) {
	t.Parallel()
	for want, app := range map[string]sealer.Application{
		"kubectl apply -f application/apps/a/x.yaml && kubectl apply -f application/apps/a/d/y.yaml": {Name: "a", Type: sealer.KubeApp, Files: []string{"/x.yaml", "d/y.yaml"}},
		"helm install a application/apps/a/":      {Name: "a", Type: sealer.HelmApp, Files: []string{"a"}},
		"bash application/apps/a/run.sh":          {Name: "a", Type: sealer.ShellApp, Files: []string{"run.sh"}},
		"cd application/apps/a/ && echo hi there": {Name: "a", Type: sealer.HelmApp, Cmds: []string{"echo hi", "there"}},
		"": {Name: "a"},
	} {
		if got := app.Command(); got != want {
			t.Errorf("%+v: command %q, want %q", app, got, want)
		}
	}
}

func TestLaunchCommands(t *testing.T) {
	t.Parallel()
	extension := demoSpec().Extension()
	want := []string{
		"cd application/apps/app1/ && kubectl apply -f web.yaml -f extra.yaml",
		"helm install chart1 application/apps/chart1/",
	}
	if diff := cmp.Diff(want, extension.LaunchCommands()); diff != "" {
		t.Error(diff)
	}
	extension.Launch.Cmds = []string{"echo hi"}
	if diff := cmp.Diff([]string{"echo hi"}, extension.LaunchCommands()); diff != "" {
		t.Error(diff)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for _, name := range []string{
		"chart/Chart.yaml", "chart/values.yaml", "chart/templates/a.yaml", "half/Chart.yaml", "half/values.yaml",
		"kube/b.YML", "kube/sub/a.yaml", "shell/10.sh", "shell/20.sh", "mixed/a.sh", "mixed/b.yaml",
		"tmpl/a.yaml.tmpl", "one.yaml", "run.sh",
	} {
		files[name] = &fstest.MapFile{}
	}
	for name, tt := range map[string]struct {
		sources []string
		kind    sealer.AppType
		files   []string
	}{
		"chart":               {[]string{"chart"}, sealer.HelmApp, []string{"app"}},
		"chart with a script": {[]string{"run.sh", "chart"}, sealer.HelmApp, []string{"app"}},
		"half a chart":        {[]string{"half"}, sealer.KubeApp, []string{"Chart.yaml", "values.yaml"}},
		"manifests":           {[]string{"kube", "one.yaml"}, sealer.KubeApp, []string{"b.YML", "sub/a.yaml", "one.yaml"}},
		"scripts":             {[]string{"shell", "run.sh"}, sealer.ShellApp, []string{"10.sh", "20.sh"}},
		"one script":          {[]string{"run.sh", "shell"}, sealer.ShellApp, []string{"run.sh"}},
		"mixed directory":     {[]string{"mixed"}, "", nil},
		"mixed sources":       {[]string{"kube", "run.sh"}, "", nil},
		"template":            {[]string{"tmpl", "one.yaml"}, "", nil},
		"nothing":             {nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sources []sealer.Source
			for _, path := range tt.sources {
				sources = append(sources, sealer.Source{FS: files, Path: path})
			}
			got, err := sealer.Detect("app", sources...)
			if err != nil {
				t.Fatal(err)
			}
			want := sealer.Application{Name: "app", Type: tt.kind, Files: tt.files, Version: "v1"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := sealer.Detect("app", sealer.Source{FS: files, Path: "gone"}); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("missing source: %v", err)
	}
}

func TestDetectRoot(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"web.yaml": &fstest.MapFile{}}
	got, err := sealer.Detect("app", sealer.Source{FS: files, Path: "."})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"web.yaml"}, got.Files); diff != "" {
		t.Error(diff)
	}
}

func TestDetectFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sources [][]string
		want    sealer.Application
	}{
		"a chart":             {[][]string{{"x.sh"}, {"Chart.yaml", "templates/a.yaml", "values.yaml"}}, sealer.Application{Type: sealer.HelmApp, Files: []string{"app"}}},
		"no chart, scattered": {[][]string{{"Chart.yaml", "values.yaml"}, {"templates/a.yaml"}}, sealer.Application{Type: sealer.KubeApp, Files: []string{"Chart.yaml", "values.yaml", "templates/a.yaml"}}},
		"scripts":             {[][]string{nil, {"b.sh", "a.sh"}, {"c.sh"}}, sealer.Application{Type: sealer.ShellApp, Files: []string{"b.sh", "a.sh"}}},
		"a mixture":           {[][]string{{"a.yaml"}, {"a.sh"}}, sealer.Application{}},
		"nothing":             {nil, sealer.Application{}},
	} {
		test.want.Name, test.want.Version = "app", "v1"
		if diff := cmp.Diff(test.want, sealer.DetectFiles("app", test.sources...)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
