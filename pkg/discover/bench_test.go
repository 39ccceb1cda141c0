package discover

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// objects is a stream of n Deployments with a usual number of fields.
func objects(n int) []byte {
	var b bytes.Buffer
	b.Grow(700 * n)
	for i := range n {
		fmt.Fprintf(&b, `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%d
  namespace: ns-%d
  labels: {app.kubernetes.io/name: app, app.kubernetes.io/instance: "%d"}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
      - name: main
        image: quay.io/demo/app-%d:1.0
        args: [--listen=0.0.0.0:8080, --log-level=info]
        env: [{name: A, value: "1"}, {name: B, value: "two"}]
        resources: {requests: {cpu: 100m, memory: 64Mi}}
`, i, i%10, i, i%100)
	}
	return b.Bytes()
}

func benchmarkFind(b *testing.B, n int) {
	docs, err := manifest.Split("a.yaml", objects(n), manifest.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	finder, err := New(Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		report, err := finder.Find(context.Background(), "bench", docs)
		if err != nil || len(report.Findings) != n {
			b.Fatalf("%d findings, %v", len(report.Findings), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/object")
}

func BenchmarkFind1000(b *testing.B)   { benchmarkFind(b, 1_000) }
func BenchmarkFind100000(b *testing.B) { benchmarkFind(b, 100_000) }

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
