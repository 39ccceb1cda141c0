package serve_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/opc-source/opc-image/pkg/serve"
)

// BenchmarkView reads what a cluster image with many images holds, as the first
// request after a change of the store does.
func BenchmarkView(b *testing.B) {
	for _, count := range []int{30, 300} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			m := newMemory()
			images := map[string]string{}
			for i := range count {
				images[fmt.Sprintf("quay.io/org%d/app:%d", i%10, i)] = fmt.Sprint(i)
				images[fmt.Sprintf("quay.io/org/app%d:1", i)] = fmt.Sprint(i)
			}
			m.cluster(b, "opc:1", images)
			for b.Loop() {
				if got := ask(b, serve.New(m, serve.Options{}), http.MethodGet, "/v2/_catalog"); got.StatusCode != http.StatusOK {
					b.Fatal(got.Status)
				}
			}
		})
	}
}
