package chart

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rendered is the documents as "file: text" with blanks folded.
func rendered(t *testing.T, c *Chart, opts Options) ([]string, error) {
	t.Helper()
	docs, err := Render(context.Background(), c, opts)
	var out []string
	for _, d := range docs {
		line := d.File + ": " + strings.Join(strings.Fields(string(d.Data)), " ")
		if d.Skipped != "" {
			line += " (skipped)"
		}
		out = append(out, line)
	}
	return out, err
}

func TestRender(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		opts  Options
		want  []string
	}{
		{
			name:  "release and namespace default",
			files: map[string]string{"templates/a.yaml": "a: {{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Release.IsInstall }}"},
			want:  []string{"demo/templates/a.yaml: a: demo/default/true"},
		},
		{
			name:  "values merge, the last wins",
			files: map[string]string{"values.yaml": "a: {p: 1, q: 1, r: 1}", "templates/a.yaml": "{{ .Values.a | toJson }}"},
			opts:  Options{Values: [][]byte{[]byte("a: {q: 2, r: 2}"), []byte("a: {r: 3}")}},
			want:  []string{`demo/templates/a.yaml: {"p":1,"q":2,"r":3}`},
		},
		{
			name: "CRDs first, notes and partials left out",
			files: map[string]string{
				"crds/x.yaml": "kind: CustomResourceDefinition", "templates/NOTES.txt": "hello", "templates/_h.tpl": `{{ define "h" }}x{{ end }}`,
				"templates/b.yaml": "b: 1\n---\n\n---\nb: 2", "templates/a.yaml": `a: {{ include "h" . }}`,
			},
			want: []string{"demo/crds/x.yaml: kind: CustomResourceDefinition", "demo/templates/a.yaml: a: x", "demo/templates/b.yaml: b: 1", "demo/templates/b.yaml: b: 2"},
		},
		{
			name:  "CRDs left out",
			files: map[string]string{"crds/x.yaml": "kind: CustomResourceDefinition", "templates/a.yaml": "a: 1"},
			opts:  Options{SkipCRDs: true},
			want:  []string{"demo/templates/a.yaml: a: 1"},
		},
		{
			name: "test hooks are skipped, hooks that also install are not",
			files: map[string]string{
				"templates/a.yaml": `metadata: {annotations: {"helm.sh/hook": test}}`,
				"templates/b.yaml": `metadata: {annotations: {"helm.sh/hook": "test, post-install"}}`,
				"templates/c.yaml": `metadata: {annotations: {"helm.sh/hook": "test-success"}}`,
				"templates/d.yaml": `a: helm.sh/hook`,
			},
			want: []string{
				`demo/templates/a.yaml: metadata: {annotations: {"helm.sh/hook": test}} (skipped)`,
				`demo/templates/b.yaml: metadata: {annotations: {"helm.sh/hook": "test, post-install"}}`,
				`demo/templates/c.yaml: metadata: {annotations: {"helm.sh/hook": "test-success"}} (skipped)`,
				`demo/templates/d.yaml: a: helm.sh/hook`,
			},
		},
		{
			name:  "upgrade",
			files: map[string]string{"templates/a.yaml": "a: {{ .Release.IsUpgrade }}"},
			opts:  Options{Upgrade: true},
			want:  []string{"demo/templates/a.yaml: a: true"},
		},
		{
			name:  "kubernetes version",
			files: map[string]string{"templates/a.yaml": `a: {{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" }}`},
			opts:  Options{KubeVersion: "v1.35.8"},
			want:  []string{"demo/templates/a.yaml: a: 35 false"},
		},
		{
			name: "the chart's own CRDs are served",
			files: map[string]string{
				"crds/x.yaml":      "spec: {group: example.com, names: {kind: X}, versions: [{name: v1}, {name: v2}]}",
				"templates/a.yaml": `a: {{ .Capabilities.APIVersions.Has "example.com/v2/X" }} {{ .Capabilities.APIVersions.Has "example.com/v1" }} {{ .Capabilities.APIVersions.Has "other.com/v1" }}`,
			},
			opts: Options{APIVersions: []string{"third.com/v1/T"}},
			want: []string{"demo/crds/x.yaml: spec: {group: example.com, names: {kind: X}, versions: [{name: v1}, {name: v2}]}", "demo/templates/a.yaml: a: true true false"},
		},
		{
			name:  "what 1.37 adds",
			files: map[string]string{"templates/a.yaml": `a: {{ .Capabilities.APIVersions.Has "storagemigration.k8s.io/v1" }} {{ .Capabilities.APIVersions.Has "apps/v1" }}`},
			opts:  Options{KubeVersion: "v1.37.2"},
			want:  []string{"demo/templates/a.yaml: a: true true"},
		},
		{
			name:  "the default version",
			files: map[string]string{"templates/a.yaml": `a: {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "policy/v1beta1" }} {{ .Capabilities.APIVersions.Has "batch/v1/CronJob" }}`},
			want:  []string{"demo/templates/a.yaml: a: v1.36.4 false true"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := rendered(t, load(t, test.files), test.opts)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("Render error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	const schema = `{"properties": {"port": {"type": "integer"}, "far": {"$ref": "https://example.invalid/schema.json"}}}`
	tests := []struct {
		name  string
		files map[string]string
		opts  Options
		want  string
	}{
		{"values", nil, Options{Values: [][]byte{[]byte("a: 1"), []byte("a: [")}}, "values 2 of 2"},
		{"schema", map[string]string{"values.schema.json": schema}, Options{Values: [][]byte{[]byte("port: high")}}, "values of chart demo do not fit"},
		{"schema of a sub-chart", map[string]string{
			"charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 0.1.0}", "charts/db/values.schema.json": schema,
		}, Options{Values: [][]byte{[]byte("db: {port: high}")}}, "values of chart db do not fit"},
		{"schema that is none", map[string]string{"values.schema.json": "{"}, Options{}, "read schema"},
		{"kubernetes too old", map[string]string{"Chart.yaml": "{apiVersion: v2, name: demo, version: 1.0.0, kubeVersion: '>=1.40.0'}"}, Options{}, `asks for kubernetes ">=1.40.0"`},
		{"no kubernetes version", nil, Options{KubeVersion: "new"}, `kubernetes version "new"`},
		{"sub-chart not there", map[string]string{"Chart.yaml": "{apiVersion: v2, name: demo, version: 1.0.0, dependencies: [{name: db, version: 1.0.0}]}"}, Options{}, "not in charts/: db"},
		{"template", map[string]string{"templates/a.yaml": "{{ if }}"}, Options{}, "demo/templates/a.yaml:1"},
		{"nil value", map[string]string{"templates/a.yaml": "{{ .Values.a.b }}"}, Options{}, "demo/templates/a.yaml:1"},
		{"fail", map[string]string{"templates/a.yaml": `{{ fail "choose one" }}`}, Options{}, "chart demo refuses its values (demo/templates/a.yaml:1:3): choose one"},
		{"broken hook", map[string]string{"templates/a.yaml": "helm.sh/hook: [\n"}, Options{}, "demo/templates/a.yaml:1: rendered document is not YAML"},
		{"broken CRD", map[string]string{"crds/x.yaml": "a: [", "templates/a.yaml": "{{ .Capabilities.APIVersions }}"}, Options{}, "demo/crds/x.yaml:1: not YAML"},
		{"repeat", map[string]string{"templates/a.yaml": `{{ repeat 1000000000 "x" }}`}, Options{}, "1000000000 repetitions"},
		{"until", map[string]string{"templates/a.yaml": `{{ until 1000000000 }}`}, Options{}, "list of 1000000000 numbers"},
		{"recursion", map[string]string{"templates/a.yaml": `{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}`}, Options{}, "nested reference"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Render(context.Background(), load(t, test.files), test.opts)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "demo-1.0.0") {
				t.Errorf("Render = %v, want an error with %q and the chart's name", err, test.want)
			}
		})
	}
}

func TestSchemaElsewhereIsNotFetched(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"values.schema.json": `{"properties": {"far": {"$ref": "https://example.invalid/s.json"}}}`})
	if _, err := Render(context.Background(), c, Options{Values: [][]byte{[]byte("far: 1")}}); err != nil {
		t.Errorf("Render = %v", err)
	}
}

func TestMissingValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		want  MissingValueError
	}{
		{
			"direct", map[string]string{"templates/a.yaml": `{{ required "say where" .Values.region }}`},
			MissingValueError{"demo", ".Values.region", "say where", "demo/templates/a.yaml:1:3"},
		},
		{
			"empty text", map[string]string{"values.yaml": "region: ''", "templates/a.yaml": "\n{{ required `say where` $.Values.region }}"},
			MissingValueError{"demo", ".Values.region", "say where", "demo/templates/a.yaml:2:3"},
		},
		{
			"computed", map[string]string{"templates/a.yaml": `{{ required (printf "need %s" "it") nil }}`},
			MissingValueError{"demo", "", "need it", "demo/templates/a.yaml:1:3"},
		},
		{
			"in a sub-chart", map[string]string{
				"charts/db/Chart.yaml":        "{apiVersion: v2, name: db, version: 0.1.0}",
				"charts/db/templates/_h.tpl":  `{{ define "x" }}{{ required "db needs it" .Values.size }}{{ end }}`,
				"charts/db/templates/db.yaml": `a: {{ include "x" . }}`,
			},
			MissingValueError{"db", ".Values.size", "db needs it", "demo/charts/db/templates/db.yaml:1:6"},
		},
	}
	for _, test := range tests {
		_, err := Render(context.Background(), load(t, test.files), Options{})
		var missing *MissingValueError
		if !errors.As(err, &missing) {
			t.Errorf("%s: Render = %v, want a MissingValueError", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, *missing); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// TestDeterministic renders what is random or of the moment, twice.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	calls := []string{
		`randAlphaNum 8`, `randAlpha 8`, `randNumeric 4`, `randAscii 8`, `randBytes 8`, `randInt 1 100`, `uuidv4`, `shuffle "abc"`,
		`genPrivateKey "rsa"`, `(genCA "a" 1).Cert`, `(genSelfSignedCert "a" nil nil 1).Key`, `(genSignedCert "a" nil nil 1 (genCA "a" 1)).Cert`,
		`now`, `now | date "2006"`, `bcrypt "a"`, `htpasswd "a" "b"`, `encryptAES "k" "t"`,
		`keys (dict "a" 1 "b" 2 "c" 3 "d" 4) | join ","`, `values (dict "a" 1 "b" 2 "c" 3 "d" 4)`,
		`until 3`, `until -3`, `untilStep 0 6 2`, `untilStep 3 0 -1`, `untilStep 0 3 0`, `getHostByName "example.com"`, `lookup "v1" "Pod" "" ""`,
	}
	var text strings.Builder
	for i, call := range calls {
		fmt.Fprintf(&text, "k%d: %q {{ %s | toString | quote }}\n", i, call, call)
	}
	c := load(t, map[string]string{"templates/a.txt": text.String()})
	first, err := rendered(t, c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := rendered(t, c, Options{})
		if diff := cmp.Diff(first, again); err != nil || diff != "" {
			t.Errorf("renders differently, %v:\n%s", err, diff)
		}
	}
	for _, want := range []string{`"a,b,c,d"`, `"[0 1 2]"`, `"[0 -1 -2]"`, `"[0 2 4]"`, `"[3 2 1]"`, `"1970"`, `"map[]"`} {
		if !strings.Contains(first[0], want) {
			t.Errorf("no %s in %s", want, first[0])
		}
	}
}

func TestRenderLimits(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"templates/a.yaml": `{{ range until 100 }}line: {{ . }}{{ "\n" }}{{ end }}`})
	c.limits.RenderedBytes = 500
	if _, err := Render(context.Background(), c, Options{}); err == nil || !strings.Contains(err.Error(), "more than the 500 bytes") {
		t.Errorf("Render = %v, want the size limit", err)
	}
	slow := load(t, map[string]string{"templates/a.yaml": `{{ range until 2000 }}{{ range until 2000 }}{{ end }}{{ end }}`})
	slow.limits.Time = time.Millisecond
	if _, err := Render(context.Background(), slow, Options{}); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1ms allowed") {
		t.Errorf("Render = %v, want the time limit", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Render(ctx, slow, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Render = %v, want context.Canceled", err)
	}
}

// TestRenderTwice: rendering leaves the chart as it was.
func TestRenderTwice(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{
		"Chart.yaml":           "{apiVersion: v2, name: demo, version: 1.0.0, dependencies: [{name: db, version: 0.1.0, condition: db.enabled}]}",
		"charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 0.1.0}", "charts/db/templates/a.yaml": "a: db",
	})
	off, err := rendered(t, c, Options{Values: [][]byte{[]byte("db: {enabled: false}")}})
	if err != nil || len(off) != 0 {
		t.Errorf("with the sub-chart off: %v, %v", off, err)
	}
	on, err := rendered(t, c, Options{})
	if err != nil || len(on) != 1 {
		t.Errorf("with the sub-chart on: %v, %v", on, err)
	}
}
