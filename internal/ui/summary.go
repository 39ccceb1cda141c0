package ui

import (
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/progress"
)

// begun announces a stage: "fetch: started, 60 items, 2.67GB".
func begun(e progress.Event) string {
	line := string(e.Stage) + ": started"
	if e.ItemsTotal > 0 {
		line += ", " + progress.Count(e.ItemsTotal, "item")
	}
	if e.BytesTotal > 0 {
		line += ", " + progress.Bytes(e.BytesTotal)
	}
	return line
}

// ended sums a stage up: "fetch: done, 60 items (12 present), 2.67GB in 33s,
// 80.9MB/s".
func (s *stage) ended() string {
	e := s.event
	if e.Err != "" {
		// The command ends with the whole error; a list of failures is long.
		first, _, _ := strings.Cut(e.Err, "\n")
		return fmt.Sprintf("%s: failed after %s: %s", e.Stage, Duration(e.Elapsed), Clean(strings.TrimSuffix(first, ":")))
	}
	parts := []string{string(e.Stage) + ": done"}
	if e.Items > 0 {
		items := progress.Count(e.Items, "item")
		if s.present > 0 {
			items += fmt.Sprintf(" (%d present)", s.present)
		}
		parts = append(parts, items)
	}
	if e.Bytes > 0 {
		parts = append(parts, progress.Bytes(e.Bytes)+" in "+Duration(e.Elapsed))
		if seconds := e.Elapsed.Seconds(); seconds > 0 {
			parts = append(parts, Rate(float64(e.Bytes)/seconds))
		}
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, ", ") + " in " + Duration(e.Elapsed)
}

// notable describes an item that people want to read of: what was tried again
// and what failed; "" for the others, which only count.
func notable(e progress.Event) string {
	if e.Kind != progress.Item || e.Status == "done" || e.Status == "present" {
		return ""
	}
	line := fmt.Sprintf("%s: %s %s", e.Stage, Clean(e.Status), Clean(e.Name))
	if detail := strings.TrimPrefix(e.Detail, e.Name); detail != e.Detail { // it tells the name itself
		line += Clean(detail)
	} else if e.Detail != "" {
		line += ": " + Clean(e.Detail)
	}
	return line
}
