package sealer_test

import (
	"testing"

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
	chart := []string{"Chart.yaml", "templates/a.yaml", "values.yaml"}
	for name, tt := range map[string]struct {
		sources [][]string
		kind    sealer.AppType
		files   []string
	}{
		"chart":               {[][]string{chart}, sealer.HelmApp, []string{"app"}},
		"chart with a script": {[][]string{{"run.sh"}, chart}, sealer.HelmApp, []string{"app"}},
		"half a chart":        {[][]string{{"Chart.yaml", "values.yaml"}}, sealer.KubeApp, []string{"Chart.yaml", "values.yaml"}},
		"chart, scattered":    {[][]string{{"Chart.yaml", "values.yaml"}, {"templates/a.yaml"}}, sealer.KubeApp, []string{"Chart.yaml", "values.yaml", "templates/a.yaml"}},
		"manifests":           {[][]string{{"b.YML", "sub/a.yaml"}, {"one.yaml"}}, sealer.KubeApp, []string{"b.YML", "sub/a.yaml", "one.yaml"}},
		"scripts":             {[][]string{{"10.sh", "20.sh"}, {"run.sh"}}, sealer.ShellApp, []string{"10.sh", "20.sh"}},
		"one script":          {[][]string{{"run.sh"}, {"10.sh", "20.sh"}}, sealer.ShellApp, []string{"run.sh"}},
		"nothing, a script":   {[][]string{nil, {"run.sh"}}, sealer.ShellApp, []string{"run.sh"}},
		"mixed directory":     {[][]string{{"a.sh", "b.yaml"}}, "", nil},
		"mixed sources":       {[][]string{{"a.yaml"}, {"run.sh"}}, "", nil},
		"template":            {[][]string{{"a.yaml.tmpl"}, {"one.yaml"}}, "", nil},
		"nothing":             {nil, "", nil},
	} {
		want := sealer.Application{Name: "app", Type: tt.kind, Files: tt.files, Version: "v1"}
		if diff := cmp.Diff(want, sealer.Detect("app", tt.sources...)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
