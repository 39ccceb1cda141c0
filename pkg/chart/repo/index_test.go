package repo

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const index = `
apiVersion: v1
entries:
  demo:
  - {name: demo, version: 2.0.0-rc.1, urls: [demo-2.0.0-rc.1.tgz]}
  - {name: demo, version: 1.10.0, appVersion: "9", urls: ["charts/demo-1.10.0.tgz"], digest: ` + sum + `, created: "2026-01-01"}
  - {name: demo, version: 1.9.0, urls: ["https://cdn.example.com/demo-1.9.0.tgz", "/abs/demo-1.9.0.tgz"], digest: "sha256:` + sum + `"}
  - {name: demo, version: not-semver, urls: [x.tgz]}
  v:
  - {version: v1.2.3, urls: [v.tgz]}
  broken:
  - {version: 1.0.0}
  - {version: 1.0.1, urls: [a.tgz], digest: zz}
`

func TestGet(t *testing.T) {
	t.Parallel()
	tests := []struct {
		chart, version string
		want           Entry
		wantErr        string
	}{
		{chart: "demo", version: "1.9.0", want: Entry{Name: "demo", Version: "1.9.0", Digest: digest.Digest("sha256:" + sum), URLs: []string{
			"https://cdn.example.com/demo-1.9.0.tgz", "https://charts.example.com/abs/demo-1.9.0.tgz?token=x",
		}}},
		{chart: "demo", want: Entry{Name: "demo", Version: "1.10.0", AppVersion: "9", Digest: digest.Digest("sha256:" + sum), URLs: []string{
			"https://charts.example.com/stable/charts/demo-1.10.0.tgz?token=x",
		}}},
		{chart: "demo", version: "^1.9", want: Entry{Name: "demo", Version: "1.10.0", AppVersion: "9", Digest: digest.Digest("sha256:" + sum), URLs: []string{
			"https://charts.example.com/stable/charts/demo-1.10.0.tgz?token=x",
		}}},
		{chart: "demo", version: ">=2.0.0-0", want: Entry{Name: "demo", Version: "2.0.0-rc.1", URLs: []string{
			"https://charts.example.com/stable/demo-2.0.0-rc.1.tgz?token=x",
		}}},
		{chart: "demo", version: "not-semver", want: Entry{Name: "demo", Version: "not-semver", URLs: []string{
			"https://charts.example.com/stable/x.tgz?token=x",
		}}},
		{chart: "v", version: "1.2.3", want: Entry{Name: "v", Version: "v1.2.3", URLs: []string{
			"https://charts.example.com/stable/v.tgz?token=x",
		}}},
		{chart: "none", wantErr: `no chart "none"`},
		{chart: "demo", version: "3.0.0", wantErr: "it has 2.0.0-rc.1, 1.10.0, 1.9.0"},
		{chart: "demo", version: "bad version", wantErr: "nor a constraint"},
		{chart: "broken", version: "1.0.0", wantErr: "no urls"},
		{chart: "broken", version: "1.0.1", wantErr: `digest "zz"`},
	}
	x, err := Parse(strings.NewReader(index), "https://charts.example.com/stable?token=x")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		got, err := x.Get(test.chart, test.version)
		if test.wantErr != "" {
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("Get(%q, %q) = %v, want an error with %q", test.chart, test.version, err, test.wantErr)
			}
			continue
		}
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("Get(%q, %q) error %v (-want +got):\n%s", test.chart, test.version, err, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, base, want string }{
		{"<html>", "https://a", "index.yaml"},
		{"a: [", "https://a", "index.yaml"},
		{"entries: {}", "https://a", "no apiVersion"},
		{"apiVersion: v1", "://", "address"},
		{strings.Repeat(" ", MaxIndexBytes+1), "https://a", "larger than"},
	} {
		if _, err := Parse(strings.NewReader(test.in), test.base); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Parse(%.10q, %q) = %v, want an error with %q", test.in, test.base, err, test.want)
		}
	}
}
