package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMedianIsOfEachQuantity(t *testing.T) {
	t.Parallel()
	got := median([]cost{{3, 10, 1}, {1, 30, 2}, {2, 20, 9}})
	if want := (cost{2, 20, 2}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := median(nil); got != (cost{}) {
		t.Errorf("of nothing: %v", got)
	}
}

func TestRatioIsWithinARepetition(t *testing.T) {
	t.Parallel()
	var r results
	for _, f := range []time.Duration{1, 5, 100} { // a machine that slows down
		r.add(us, cold, cost{CPU: 6 * f})
		r.add("yardstick", cold, cost{CPU: 3 * f})
		r.add("SHA-256", cold, cost{CPU: f})
	}
	if got := r.ratio(func(c cost) time.Duration { return c.CPU }, "yardstick", "SHA-256"); got != 1.5 {
		t.Errorf("got %v, want 1.5", got)
	}
}

func TestTargetSaysWhatIsMissed(t *testing.T) {
	t.Parallel()
	met, missed := target{"a", 1.2, 1.25, ""}.String(), target{"b", 0.31, 0.3, " s"}.String()
	if met != "| a | 1.20 | ≤ 1.25 | yes |" || missed != "| b | 0.31 s | ≤ 0.3 s | **no** |" {
		t.Errorf("%s\n%s", met, missed)
	}
}

func TestPlotIsWellFormed(t *testing.T) {
	t.Parallel()
	second := cost{CPU: time.Second, Wall: 2 * time.Second}
	svg := costPlot([]point{{30, second, second}, {300, cost{CPU: 9 * time.Second, Wall: 9 * time.Second}, second}})
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
	if n := strings.Count(svg, "<polyline"); n != 4 {
		t.Errorf("%d lines, want 4", n)
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for most, want := range map[float64]float64{0: 1, 0.7: 0.1, 1: 0.25, 3.2: 0.5, 9: 1, 300: 50} {
		if got := tick(most); got != want {
			t.Errorf("%g: step %g, want %g", most, got, want)
		}
	}
}

func TestMeasureCountsAndReports(t *testing.T) {
	t.Parallel()
	c, err := measure(t.Context(), command{args: []string{"true"}}, command{args: []string{"cat"}, stdin: "x"})
	if err != nil || c.Wall <= 0 || c.RSS <= 0 {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = measure(t.Context(), command{args: []string{"sh", "-c", "echo why >&2; exit 3"}})
	if err == nil || !strings.Contains(err.Error(), "why") {
		t.Errorf("error %v does not have what the program said", err)
	}
}

func TestDiscardFreesTheSpace(t *testing.T) {
	t.Parallel()
	b := bench{dir: t.TempDir()}
	dir := filepath.Join(b.dir, "store")
	if err := os.MkdirAll(filepath.Join(dir, "blobs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "blobs", "a"), make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := b.discard(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if n := diskUsage(b.dir); n > 64<<10 {
		t.Errorf("%d bytes are still used", n)
	}
}
