package ui

import (
	"fmt"
	"strings"
	"time"
)

// columns are the texts right of a bar, each with the width of the terminal
// from which on there is room for it.
var columns = [...]struct {
	from int
	text func(s *stage, now time.Time) string
}{
	{0, func(s *stage, _ time.Time) string { return s.share() }},
	{40, func(s *stage, _ time.Time) string { return strings.Join(s.moved("/"), "") }},
	{60, (*stage).speed},
	{50, (*stage).rest},
	{80, func(s *stage, _ time.Time) string { return s.items("/") }},
}

func (s *stage) share() string {
	if p, ok := s.percent(); ok {
		return fmt.Sprintf("%3d%%", p)
	}
	return ""
}

func (s *stage) speed(now time.Time) string {
	if s.event.Bytes == 0 {
		return ""
	}
	return Rate(s.rate(now))
}

func (s *stage) rest(now time.Time) string {
	if left, ok := s.left(now); ok {
		return Duration(left) + " left"
	}
	return Duration(s.elapsed(now))
}

// position is how far the stage is, in bytes or else in items, and of how much.
func (s *stage) position() (done, total int64) {
	if s.event.BytesTotal > 0 {
		return s.event.Bytes, s.event.BytesTotal
	}
	return int64(s.event.Items), int64(s.event.ItemsTotal)
}
