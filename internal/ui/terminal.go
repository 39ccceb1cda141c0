package ui

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/opc-source/opc-image/pkg/progress"
)

// bars draws one bar for each stage under way at the bottom of a terminal, and
// lines above them. It is the only user of mpb.
type bars struct {
	now   func() time.Time
	pool  *mpb.Progress
	width int
	red   func(string) string

	mu     sync.Mutex
	err    error
	closed bool
	stages map[progress.Stage]*bar
}

var _ Progress = (*bars)(nil)

// bar is a stage and its place on the screen.
type bar struct {
	mu sync.Mutex
	stage
	drawn *mpb.Bar
}

// refresh is the time between two frames.
const refresh = 120 * time.Millisecond

func newTerminal(o ProgressOptions) *bars {
	width := Width(o.Out)
	red := func(s string) string { return s }
	if colour(o.Out, o.Getenv) {
		red = func(s string) string { return "\x1b[31m" + s + "\x1b[0m" }
	}
	return &bars{
		now: o.Now, width: width, red: red,
		pool: mpb.New(mpb.WithOutput(o.Out), mpb.WithWidth(width),
			mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh()),
		stages: map[progress.Stage]*bar{},
	}
}

// Report implements [Progress].
func (b *bars) Report(e progress.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	s := b.stages[e.Stage]
	if s == nil || e.Kind == progress.Begin {
		b.remove(e.Stage)
		s = b.add(e.Stage)
	}
	s.mu.Lock()
	s.update(e, b.now())
	summary, idle := s.ended(), s.idle()
	done, total := s.position()
	s.mu.Unlock()
	s.drawn.SetTotal(total, false)
	s.drawn.SetCurrent(min(done, total))
	if line := notable(e); line != "" {
		b.print(line, e.Status == "failed")
	}
	if e.Kind == progress.End {
		b.remove(e.Stage)
		if !idle {
			b.print(summary, e.Err != "")
		}
	}
}

// add puts a bar under the others. Narrow terminals get fewer columns.
func (b *bars) add(name progress.Stage) *bar {
	s := &bar{}
	var right []decor.Decorator
	for _, column := range columns {
		if b.width < column.from {
			continue
		}
		right = append(right, decor.Any(func(decor.Statistics) string {
			s.mu.Lock()
			defer s.mu.Unlock()
			if text := column.text(&s.stage, b.now()); text != "" {
				return " " + text
			}
			return ""
		}))
	}
	s.drawn = b.pool.AddBar(0,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-8s", name))),
		mpb.AppendDecorators(right...))
	b.stages[name] = s
	return s
}

// remove takes a bar off the screen.
func (b *bars) remove(name progress.Stage) {
	if s := b.stages[name]; s != nil {
		s.drawn.Abort(true)
		delete(b.stages, name)
	}
}

// print writes a line above the bars.
func (b *bars) print(line string, bad bool) {
	if b.closed {
		return
	}
	if bad {
		line = b.red(line)
	}
	if _, err := io.WriteString(b.pool, line+"\n"); err != nil && b.err == nil {
		b.err = err
	}
}

// Log implements [Progress].
func (b *bars) Log(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.print(Clean(line), false)
}

// Close implements [Progress].
func (b *bars) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range b.stages {
		b.remove(name)
	}
	b.closed = true
	b.pool.Wait()
	return b.err
}
