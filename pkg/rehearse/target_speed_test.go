package rehearse_test

import (
	"runtime"
	"testing"

	"oras.land/oras-go/v2"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// BenchmarkRehearsal moves 256 MiB from the upstream to the target, and reports
// how much memory stays in use.
func BenchmarkRehearsal(b *testing.B) {
	inv := rehearse.Inventory{Images: []rehearse.Image{{Name: "a/b:1", Size: 128 << 20}}}
	b.SetBytes(240 << 20)
	for b.Loop() {
		u, err := rehearse.New(inv, rehearse.Options{Divisor: 1})
		if err != nil {
			b.Fatal(err)
		}
		if err := u.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		target, _ := startTarget(b)
		from, to := repository(b, u.Address()+"/docker.io/a/b"), repository(b, target.Address()+"/a/b")
		if _, err := oras.Copy(b.Context(), from, "1", to, "1", oras.DefaultCopyOptions); err != nil {
			b.Fatal(err)
		}
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		b.ReportMetric(float64(mem.HeapAlloc)/(1<<20), "MiB-heap")
		u.Close()
	}
}
