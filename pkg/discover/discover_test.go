package discover

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, doc string
		limits    Limits
		want      string
	}{
		{"nodes", "a: [1, 2, 3, 4, 5, 6, 7, 8, 9]", Limits{Nodes: 8}, "8 nodes"},
		{"depth", "a: {a: {a: {a: {a: {a: 1}}}}}", Limits{Depth: 4}, "4 levels"},
		{"texts nest", "apiVersion: v1\nkind: ConfigMap\ndata: {a: '{\"b\":{\"c\":{\"d\":1}}}'}", Limits{Depth: 3}, "3 levels"},
		{"definitions nest", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\na: {a: {a: {a: {a: 1}}}}", Limits{Depth: 4}, "4 levels"},
		{"more after the end", "[a]\nb: c", Limits{}, "not YAML"},
	}
	for _, test := range tests {
		f, err := New(test.limits)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Find(context.Background(), "demo", []manifest.Document{{File: "a.yaml", Line: 7, Data: []byte(test.doc)}})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "a.yaml:7") {
			t.Errorf("%s: error %v, want a.yaml:7 and %q", test.name, err, test.want)
		}
	}
}

func TestFindCancelled(t *testing.T) {
	t.Parallel()
	f, err := New(Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Find(ctx, "demo", make([]manifest.Document, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("Find = %v, want context.Canceled", err)
	}
}

// TestFirstError: of two documents that are no YAML the first is named, whichever
// is read first.
func TestFirstError(t *testing.T) {
	t.Parallel()
	f, err := New(Limits{})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := manifest.Split("a.yaml", objects(50), manifest.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	docs[20].Data, docs[21].Data, docs[40].Data = []byte("a: ["), []byte("b: ["), []byte("c: [")
	for range 20 {
		if _, err := f.Find(t.Context(), "demo", docs); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("a.yaml:%d:", docs[20].Line)) {
			t.Fatalf("error %v, want one of line %d", err, docs[20].Line)
		}
	}
}

// TestAPIs: what definitions add is told, and what is only a text is not.
func TestAPIs(t *testing.T) {
	t.Parallel()
	f, err := New(Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const definition = `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x},
 spec: {group: %s, names: {kind: X}, versions: [{name: v1, served: true}, {name: v1beta1}, {name: v1alpha1, served: false}]}}`
	docs := []manifest.Document{
		{File: "a.yaml", Data: fmt.Appendf(nil, definition, "one.example")},
		{File: "b.yaml", Data: fmt.Appendf(nil, "apiVersion: v1\nkind: List\nitems:\n- "+definition, "two.example")},
		{File: "c.yaml", Data: fmt.Appendf(nil, "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    "+strings.ReplaceAll(definition, "\n", ""), "three.example")},
		{File: "d.yaml", Data: []byte("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {group: four.example}}")},
	}
	r, err := f.Find(t.Context(), "demo", docs)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"one.example/v1", "one.example/v1/X", "one.example/v1beta1", "one.example/v1beta1/X",
		"two.example/v1", "two.example/v1/X", "two.example/v1beta1", "two.example/v1beta1/X",
	}
	if diff := cmp.Diff(want, r.APIs); diff != "" {
		t.Errorf("APIs (-want +got):\n%s", diff)
	}
}

// TestOrder: the same documents in any order give the same report.
func TestOrder(t *testing.T) {
	t.Parallel()
	f, err := New(Limits{})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := manifest.Split("a.yaml", objects(200), manifest.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Find(context.Background(), "demo", docs)
	if err != nil {
		t.Fatal(err)
	}
	for i := range docs[:100] {
		docs[i], docs[len(docs)-1-i] = docs[len(docs)-1-i], docs[i]
	}
	second, err := f.Find(context.Background(), "demo", docs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("reports differ with the order of documents:\n%s", diff)
	}
}

func TestKubeadm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		version, repository string
		want                []string
		wantErr             string
	}{
		{version: "v1.37.2", want: []string{
			"registry.k8s.io/coredns/coredns:v1.14.6", "registry.k8s.io/etcd:3.7.0-0", "registry.k8s.io/kube-apiserver:v1.37.2",
			"registry.k8s.io/kube-controller-manager:v1.37.2", "registry.k8s.io/kube-proxy:v1.37.2",
			"registry.k8s.io/kube-scheduler:v1.37.2", "registry.k8s.io/pause:3.10.2",
		}},
		{version: "1.35.8", repository: "sea.hub:5000/k8s", want: []string{
			"sea.hub:5000/k8s/coredns:v1.13.1", "sea.hub:5000/k8s/etcd:3.6.6-0", "sea.hub:5000/k8s/kube-apiserver:v1.35.8",
			"sea.hub:5000/k8s/kube-controller-manager:v1.35.8", "sea.hub:5000/k8s/kube-proxy:v1.35.8",
			"sea.hub:5000/k8s/kube-scheduler:v1.35.8", "sea.hub:5000/k8s/pause:3.10.1",
		}},
		{version: "v1.36", wantErr: "write it in full"},
		{version: "v1.20.1", wantErr: "known for 1.35, 1.36, 1.37"},
		{version: "v1.36.4", repository: "No Good", wantErr: "kubeadm image"},
	}
	for _, test := range tests {
		found, err := Kubeadm("base", test.version, test.repository)
		if test.wantErr != "" {
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("Kubeadm(%q) = %v, want %q", test.version, err, test.wantErr)
			}
			continue
		}
		var got []string
		for _, f := range found {
			got = append(got, f.Image.String())
		}
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("Kubeadm(%q) error %v (-want +got):\n%s", test.version, err, diff)
		}
	}
}

func TestChartAnnotations(t *testing.T) {
	t.Parallel()
	if _, err := ChartAnnotations("demo", "a-1", map[string]string{"helm.sh/images": "a: ["}); err == nil {
		t.Error("an annotation that is not YAML passed")
	}
	r, err := ChartAnnotations("demo", "a-1", map[string]string{"images": "- image: '{{ .X }}'\n- image: quay.io/a/b:1\n", "other": "x"})
	if err != nil || len(r.Findings) != 1 || len(r.Unreadable) != 1 {
		t.Errorf("ChartAnnotations = %+v, %v, want one finding and one unreadable place", r, err)
	}
}
