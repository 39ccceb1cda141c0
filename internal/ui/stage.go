package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/progress"
)

// window is how far back the rate looks: long enough to be calm, short enough
// to show that a download stalls.
const window = 10 * time.Second

// sample is how many bytes had moved at a time since the stage began.
type sample struct {
	at    time.Duration
	bytes int64
}

// stage is what a renderer knows of one stage that is under way.
type stage struct {
	event   progress.Event // the last one
	seen    time.Time      // when it came
	present int            // items that needed no work
	samples []sample       // of the last window, oldest first

	announced bool // a line said that it began
}

// idle tells that nothing was done, and nothing went wrong.
func (s *stage) idle() bool {
	return s.event.Items == 0 && s.event.Bytes == 0 && s.event.Err == ""
}

// update takes the next event of the stage in.
func (s *stage) update(e progress.Event, now time.Time) {
	s.event, s.seen = e, now
	if e.Kind == progress.Item && e.Status == "present" {
		s.present++
	}
	if n := len(s.samples); n == 0 || e.Elapsed-s.samples[n-1].at >= window/100 {
		s.samples = append(s.samples, sample{e.Elapsed, e.Bytes})
	}
	for len(s.samples) > 1 && e.Elapsed-s.samples[1].at >= window {
		s.samples = s.samples[1:]
	}
}

// elapsed is the age of the stage, silence after its last event included.
func (s *stage) elapsed(now time.Time) time.Duration {
	return s.event.Elapsed + max(0, now.Sub(s.seen))
}

// rate is in bytes per second over the last window; it falls during silence.
func (s *stage) rate(now time.Time) float64 {
	if len(s.samples) == 0 {
		return 0
	}
	from := s.samples[0]
	span := s.elapsed(now) - from.at
	if span < window/100 {
		return 0
	}
	return max(0, float64(s.event.Bytes-from.bytes)/span.Seconds())
}

// left estimates the time the rest takes; false when it cannot be known.
func (s *stage) left(now time.Time) (time.Duration, bool) {
	rate, rest := s.rate(now), s.event.BytesTotal-s.event.Bytes
	if rate < 1 || rest <= 0 {
		return 0, false
	}
	seconds := float64(rest) / rate
	if seconds > (1000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// percent is of the bytes, or of the items when no bytes are expected; false
// when neither total is known.
func (s *stage) percent() (int, bool) {
	done, total := s.position()
	if total <= 0 {
		return 0, false
	}
	return int(min(100, max(0, float64(done)/float64(total)*100))), true
}

// line describes the stage at work: "fetch: 45%, 1.2GB of 2.67GB, 80MB/s, 12s
// left, 27 of 60 items".
func (s *stage) line(now time.Time) string {
	var parts []string
	if p, ok := s.percent(); ok {
		parts = append(parts, fmt.Sprintf("%d%%", p))
	}
	parts = append(parts, s.moved(" of ")...)
	if s.event.Bytes > 0 {
		parts = append(parts, Rate(s.rate(now)))
	}
	if left, ok := s.left(now); ok {
		parts = append(parts, Duration(left)+" left")
	}
	if items := s.items(" of "); items != "" {
		parts = append(parts, items+" items")
	}
	if len(parts) == 0 {
		parts = append(parts, Duration(s.elapsed(now)))
	}
	return string(s.event.Stage) + ": " + strings.Join(parts, ", ")
}

// moved is the bytes so far and expected, or nothing when there are none.
func (s *stage) moved(of string) []string {
	switch {
	case s.event.BytesTotal > 0:
		return []string{progress.Bytes(s.event.Bytes) + of + progress.Bytes(s.event.BytesTotal)}
	case s.event.Bytes > 0:
		return []string{progress.Bytes(s.event.Bytes)}
	}
	return nil
}

// items is the items so far and expected, or "".
func (s *stage) items(of string) string {
	switch {
	case s.event.ItemsTotal > 0:
		return fmt.Sprintf("%d%s%d", s.event.Items, of, s.event.ItemsTotal)
	case s.event.Items > 0:
		return fmt.Sprint(s.event.Items)
	}
	return ""
}
