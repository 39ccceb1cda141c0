package ui

import (
	"math"
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	t.Parallel()
	for rate, want := range map[float64]string{
		0: "0B/s", 80.1e6: "80.1MB/s", -1: "-", math.Inf(1): "-",
	} {
		if got := Rate(rate); got != want {
			t.Errorf("Rate(%v) = %q, want %q", rate, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second:             "0ms",
		850 * time.Millisecond:   "850ms",
		time.Second:              "1s",
		59600 * time.Millisecond: "1m00s",
		185 * time.Second:        "3m05s",
		62 * time.Minute:         "1h02m",
		51 * time.Hour:           "2d03h",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", time.Duration(d), got, want)
		}
	}
}
