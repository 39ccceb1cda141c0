package inventory_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"testing"

	"github.com/opc-source/opc-image/pkg/inventory"
)

// A catalog of the size of ours: 48 charts that print 850 objects, of which 17 MB
// are definitions, most of them in the charts of a few operators.
const (
	charts       = 48
	workloads    = 16 // in each chart
	operators    = 12 // charts with definitions
	definitions  = 10 // in each of those
	definedBytes = 140 << 10
)

// BenchmarkScan renders a catalog of the size of ours and finds its images. The
// goal is 3 s and 300 MiB on two cores.
func BenchmarkScan(b *testing.B) {
	files := map[string]string{}
	for i := range charts {
		files[fmt.Sprintf("application/apps/app%d/charts/app%d-1.0.0.tgz", i, i)] = archive(b, i)
	}
	fsys := root(files)
	b.ReportAllocs()
	for b.Loop() {
		r, err := inventory.Scan(b.Context(), fsys, inventory.Options{})
		if err != nil || len(r.Images) != charts*workloads {
			b.Fatalf("%d images, %v", len(r.Images), err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-process")
}

// archive is a chart as it is published.
func archive(b *testing.B, n int) string {
	b.Helper()
	var data bytes.Buffer
	zip := gzip.NewWriter(&data)
	w := tar.NewWriter(zip)
	add := func(name, text string) {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("app%d/%s", n, name), Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			b.Fatal(err)
		}
	}
	add("Chart.yaml", fmt.Sprintf("{apiVersion: v2, name: app%d, version: 1.0.0}", n))
	add("values.yaml", "tag: \"1.0\"\nreplicas: 2\nlabels: {team: demo}\n")
	add("templates/_helpers.tpl", `{{ define "labels" }}app.kubernetes.io/name: {{ .Chart.Name }}{{ end }}`)
	for i := range workloads {
		add(fmt.Sprintf("templates/d%d.yaml", i), fmt.Sprintf(workload, i, n, i))
	}
	if n < operators {
		for i := range definitions {
			add(fmt.Sprintf("crds/k%d.yaml", i), largeCRD(fmt.Sprintf("k%d", i), fmt.Sprintf("app%d.example", n)))
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		b.Fatal(err)
	}
	return data.String()
}

// workload asks what is served, as a third of the charts do.
const workload = `{{- $served := .Capabilities.APIVersions.Has "app0.example/v1" }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: d%d
  labels: {{- include "labels" . | nindent 4 }}
    {{- toYaml .Values.labels | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
      - name: main
        image: "quay.io/demo/app%d-%d:{{ .Values.tag }}"
        args: [--listen=0.0.0.0:8080, "--served={{ $served }}"]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
`

// largeCRD is a large CustomResourceDefinition.
func largeCRD(kind, group string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %s.%s}
spec:
  group: %s
  names: {kind: %s}
  versions:
  - name: v1
    served: true
    schema:
      openAPIV3Schema:
        properties:
`, kind, group, group, kind)
	for b.Len() < definedBytes {
		fmt.Fprintf(&b, "          field%d:\n            description: What the field means, in a sentence of a usual length.\n            type: string\n", b.Len())
	}
	return b.String()
}
