package progress

import (
	"math"
	"testing"
)

func TestBytes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0B", 1: "1B", 999: "999B", 1000: "1kB", 1024: "1.02kB",
		9_994: "9.99kB", 9_996: "10kB", 12_345: "12.3kB", 99_940: "99.9kB", 99_960: "100kB",
		999_400: "999kB", 999_600: "1MB", 72_800_000: "72.8MB", 1_500_000_000: "1.5GB",
		2_670_000_000: "2.67GB", 100_000_000: "100MB", -1500: "-1.5kB",
		math.MaxInt64: "9.22EB", math.MinInt64: "-9.22EB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 items", 1: "1 item", 2: "2 items"} {
		if got := Count(n, "item"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
