package kubefile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSource(t *testing.T) {
	t.Parallel()
	const digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	tests := []struct {
		text string
		want Source
	}{
		{"local://app.yaml", Source{Path: "app.yaml"}},
		{"local://./a//b/../c", Source{Path: "a/c"}},
		{"local:///a", Source{Path: "a"}},
		{"local:///", Source{Path: "."}},
		{"local://../a", Source{Path: "../a"}},
		{"http://example.com/a.yaml", Source{Kind: Download, URL: "http://example.com/a.yaml"}},
		{"https://example.com/a.yaml?v=1", Source{Kind: Download, URL: "https://example.com/a.yaml?v=1"}},
		{"component://cert-manager", Source{Kind: Component, Component: "cert-manager"}},
		{"helm://charts.example.com/path/redis@1.2.3", Source{Kind: HelmChart, Chart: Chart{Repository: "https://charts.example.com/path", Name: "redis", Version: "1.2.3"}}},
		{"helm://charts.example.com/redis@v1.2.3+build.1", Source{Kind: HelmChart, Chart: Chart{Repository: "https://charts.example.com", Name: "redis", Version: "v1.2.3+build.1"}}},
		{"helm+http://127.0.0.1:8080/a/b/redis", Source{Kind: HelmChart, Chart: Chart{Repository: "http://127.0.0.1:8080/a/b", Name: "redis"}}},
		{"oci://registry.example.com:5000/charts/redis:1.2.3", Source{Kind: OCIChart, Chart: Chart{Repository: "oci://registry.example.com:5000/charts", Name: "redis", Version: "1.2.3"}}},
		{"oci://registry.example.com/redis@" + digest, Source{Kind: OCIChart, Chart: Chart{Repository: "oci://registry.example.com", Name: "redis", Digest: digest}}},
	}
	for _, test := range tests {
		got, err := ParseSource(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		test.want.Word.Text = test.text
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestParseSourceErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"app.yaml", `"app.yaml" has no scheme; write local://app.yaml`},
		{"local://", "the path is empty"},
		{"s3://b/k", `the scheme "s3" is unknown`},
		{"https://example.com", "is not a URL with a host and a path"},
		{"https:///x", "is not a URL with a host and a path"},
		{"https://me:secret@example.com/x", "the URL of example.com holds credentials"},
		{"component://Redis", `"Redis" is not the name of a component`},
		{"component://a/b", "is not the name of a component"},
		{"helm://example.com", "is not a chart of a chart repository"},
		{"helm://example.com/a?b=c", "is not a chart of a chart repository"},
		{"helm://example.com/charts/re dis", `"re dis" is not the name of a chart`},
		{"helm://example.com/redis@", `"" is not a chart version`},
		{"helm://example.com/redis@^1.2", `"^1.2" is not a chart version`},
		{"oci://redis", "is not a chart in a registry"},
		{"oci://example.com/Redis:1", "is not a chart in a registry"},
		{"oci://example.com/redis:1:2", "is not a chart in a registry"},
	}
	for _, test := range tests {
		_, err := ParseSource(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.text, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestChartReference(t *testing.T) {
	t.Parallel()
	source, err := ParseSource("oci://registry.example.com/charts/redis:1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := source.Chart.Reference(), "registry.example.com/charts/redis"; got != want {
		t.Errorf("Reference() = %s, want %s", got, want)
	}
}
