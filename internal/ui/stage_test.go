package ui

import (
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/progress"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// at makes an event of a fetch of 60 items and 1 GB.
func at(elapsed time.Duration, bytes int64) progress.Event {
	return progress.Event{
		Stage: progress.Fetch, Kind: progress.Advance, Elapsed: elapsed,
		Bytes: bytes, BytesTotal: 1e9, ItemsTotal: 60,
	}
}

func TestStageLine(t *testing.T) {
	t.Parallel()
	s := &stage{}
	s.update(at(0, 0), epoch)
	if got, want := s.line(epoch), "fetch: 0%, 0B of 1GB, 0 of 60 items"; got != want {
		t.Errorf("begin: %q, want %q", got, want)
	}
	s.update(at(2*time.Second, 200e6), epoch)
	if got, want := s.line(epoch), "fetch: 20%, 200MB of 1GB, 100MB/s, 8s left, 0 of 60 items"; got != want {
		t.Errorf("moving: %q, want %q", got, want)
	}
}

func TestStageRateFallsInSilence(t *testing.T) {
	t.Parallel()
	s := &stage{}
	s.update(at(0, 0), epoch)
	s.update(at(time.Second, 100e6), epoch)
	if got := s.rate(epoch); got != 100e6 {
		t.Errorf("rate %v, want 100e6", got)
	}
	if got := s.rate(epoch.Add(9 * time.Second)); got != 10e6 {
		t.Errorf("rate after a silence %v, want 10e6", got)
	}
}

func TestStageRateForgets(t *testing.T) {
	t.Parallel()
	s := &stage{}
	for i := range 60 {
		bytes := int64(i) * 1e6
		if i > 30 {
			bytes = 30e6 + int64(i-30)*5e6
		}
		s.update(at(time.Duration(i)*time.Second, bytes), epoch)
	}
	if got := s.rate(epoch); got != 5e6 {
		t.Errorf("rate %v, want the 5e6 of the last seconds", got)
	}
	if len(s.samples) > 102 {
		t.Errorf("%d samples kept", len(s.samples))
	}
}

func TestStageBytesMovedAgain(t *testing.T) {
	t.Parallel()
	s := &stage{}
	s.update(at(0, 500e6), epoch)
	s.update(at(time.Second, 100e6), epoch)
	if got := s.rate(epoch); got != 0 {
		t.Errorf("rate %v after bytes were taken back", got)
	}
	if _, ok := s.left(epoch); ok {
		t.Error("time left is known without a rate")
	}
}

func TestStageWithoutTotals(t *testing.T) {
	t.Parallel()
	s := &stage{}
	s.update(progress.Event{Stage: progress.Run, Elapsed: 3 * time.Second}, epoch)
	if got, want := s.line(epoch.Add(time.Second)), "run: 4s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.update(progress.Event{Stage: progress.Resolve, Items: 3, ItemsTotal: 4}, epoch)
	if got, want := s.line(epoch), "resolve: 75%, 3 of 4 items"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.update(progress.Event{Stage: progress.Load, Items: 3, Bytes: 2e6}, epoch)
	if got, want := s.line(epoch), "load: 2MB, 500kB/s, 3 items"; got != want && got != "load: 2MB, 0B/s, 3 items" {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPercentStaysInRange(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int64]int{-5: 0, 0: 0, 999_999_999: 99, 1e9: 100, 2e9: 100} {
		s := &stage{event: at(0, bytes)}
		if got, ok := s.percent(); !ok || got != want {
			t.Errorf("%d bytes: %d%%, want %d%%", bytes, got, want)
		}
	}
}

func TestEnded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		stage stage
		want  string
	}{
		{"bytes", stage{present: 12, event: progress.Event{Stage: progress.Fetch, Items: 60, Bytes: 2e9, Elapsed: 20 * time.Second}},
			"fetch: done, 60 items (12 present), 2GB in 20s, 100MB/s"},
		{"items", stage{event: progress.Event{Stage: progress.Resolve, Items: 1, Elapsed: time.Second}},
			"resolve: done, 1 item in 1s"},
		{"nothing", stage{event: progress.Event{Stage: progress.Push}}, "push: done in 0ms"},
		{"failed", stage{event: progress.Event{Stage: progress.Push, Err: "no\x1b space", Elapsed: time.Minute}},
			"push: failed after 1m00s: no\uFFFD space"},
	}
	for _, test := range tests {
		if got := test.stage.ended(); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
