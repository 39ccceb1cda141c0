package discover_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/discover"
)

// largeChart is about what the largest charts of the catalog hold: 100 templates
// and 4 MiB of CRDs.
func largeChart() fstest.MapFS {
	files := fstest.MapFS{
		"Chart.yaml":             {Data: []byte("{apiVersion: v2, name: large, version: 1.0.0}")},
		"values.yaml":            {Data: []byte("tag: \"1.0\"\n")},
		"templates/_helpers.tpl": {Data: []byte(`{{ define "labels" }}app: {{ .Chart.Name }}{{ end }}`)},
	}
	for i := range 100 {
		files[fmt.Sprintf("templates/d%d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `apiVersion: apps/v1
kind: Deployment
metadata: {name: d%d, labels: {{ "{" }}{{ include "labels" . }}}}
spec: {template: {spec: {containers: [{name: a, image: "quay.io/demo/a%d:{{ .Values.tag }}"}]}}}
`, i, i)}
	}
	for i := range 10 {
		var crd bytes.Buffer
		fmt.Fprintf(&crd, "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: k%d.example.com}\nspec:\n  properties:\n", i)
		for crd.Len() < 400<<10 {
			fmt.Fprintf(&crd, "    field%d:\n      description: What the field means, in a sentence of a usual length.\n      type: string\n", crd.Len())
		}
		files[fmt.Sprintf("crds/k%d.yaml", i)] = &fstest.MapFile{Data: crd.Bytes()}
	}
	return files
}

// BenchmarkChart loads and renders one large chart and finds its images.
func BenchmarkChart(b *testing.B) {
	files := largeChart()
	finder, err := discover.New(discover.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c, err := chart.LoadDir(files, chart.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		docs, err := chart.Render(context.Background(), c, chart.Options{})
		if err != nil {
			b.Fatal(err)
		}
		report, err := finder.Find(context.Background(), "bench", docs)
		if err != nil || len(report.Findings) != 100 {
			b.Fatalf("%d findings, %v", len(report.Findings), err)
		}
	}
}
