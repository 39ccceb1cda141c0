package ui

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/progress"
)

// script is a fetch in which something is tried again and something fails.
func script() []progress.Event {
	e := progress.Event{Stage: progress.Fetch, ItemsTotal: 3, BytesTotal: 1e9}
	step := func(change func(*progress.Event)) progress.Event {
		e.Name, e.Status, e.Detail = "", "", ""
		change(&e)
		return e
	}
	return []progress.Event{
		step(func(e *progress.Event) { e.Kind = progress.Begin }),
		step(func(e *progress.Event) {
			e.Kind, e.Bytes, e.Elapsed = progress.Advance, 250e6, time.Second
		}),
		step(func(e *progress.Event) {
			e.Kind, e.Name, e.Status, e.Items = progress.Item, "docker.io/library/redis:7", "present", 1
		}),
		step(func(e *progress.Event) {
			e.Kind, e.Name, e.Status, e.Detail = progress.Item, "quay.io/a/b:1", "retry", "503 Service\r\nUnavailable"
		}),
		step(func(e *progress.Event) {
			e.Kind, e.Name, e.Status, e.Detail = progress.Item, "quay.io/a/b:1", "failed", "quay.io/a/b:1 (linux/arm64): 404 Not Found"
		}),
		step(func(e *progress.Event) {
			e.Kind, e.Bytes, e.Elapsed, e.Err = progress.End, 500e6, 2*time.Second, "1 image failed"
		}),
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := epoch
	p := newPlain(ProgressOptions{Out: &out, Interval: time.Hour, Now: func() time.Time { return now }})
	for i, e := range script() {
		p.Report(e)
		if i == 1 {
			p.tick()
			now = now.Add(9 * time.Second)
			p.tick()
			now = epoch
			p.Log("warning: \x07stand-ins")
		}
	}
	p.tick() // Nothing is under way any more.
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"fetch: started, 3 items, 1GB",
		"fetch: 25%, 250MB of 1GB, 250MB/s, 3s left, 0 of 3 items",
		"fetch: 25%, 250MB of 1GB, 25MB/s, 30s left, 0 of 3 items",
		"warning: \uFFFDstand-ins",
		"fetch: retry quay.io/a/b:1: 503 Service\uFFFD Unavailable",
		"fetch: failed quay.io/a/b:1 (linux/arm64): 404 Not Found",
		"fetch: failed after 2s: 1 image failed",
		"",
	}, "\n")
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestPlainBeginsAgain(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newPlain(ProgressOptions{Out: &out, Interval: time.Hour, Now: time.Now})
	begin := progress.Event{Stage: progress.Push, Kind: progress.Begin}
	p.Report(begin)
	p.tick()
	p.Report(begin)
	p.tick()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "push: started\n"); got != 2 {
		t.Errorf("%d starts in %q", got, out.String())
	}
	if got := strings.Count(out.String(), "\n"); got != 4 {
		t.Errorf("a stage that began again is shown twice: %q", out.String())
	}
}

// TestPlainLeavesOutWhatDidNothing: of a stage without work there is no line, and
// one that learns what it has to do says so with its first item.
func TestPlainLeavesOutWhatDidNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newPlain(ProgressOptions{Out: &out, Interval: time.Hour, Now: time.Now})
	for _, e := range []progress.Event{
		{Stage: progress.Download, Kind: progress.Begin},
		{Stage: progress.Download, Kind: progress.End},
		{Stage: progress.Fetch, Kind: progress.Begin},
		{Stage: progress.Fetch, Kind: progress.Item, Name: "a", Status: "done", Items: 1, ItemsTotal: 2, Bytes: 1, BytesTotal: 3},
		{Stage: progress.Fetch, Kind: progress.End, Items: 2, ItemsTotal: 2, Bytes: 3, BytesTotal: 3, Elapsed: time.Second},
		{Stage: progress.Push, Kind: progress.Begin},
		{Stage: progress.Push, Kind: progress.End, Err: "no route"},
	} {
		p.Report(e)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	want := "fetch: started, 2 items, 3B\nfetch: done, 2 items, 3B in 1s, 3B/s\npush: failed after 0ms: no route\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestPlainTicksByItself(t *testing.T) {
	t.Parallel()
	lines := make(chan string, 10)
	p := NewProgress(ProgressOptions{
		Out: writerFunc(func(b []byte) (int, error) {
			select {
			case lines <- string(b):
			default:
			}
			return len(b), nil
		}),
		Interval: time.Millisecond, Getenv: env(),
	})
	p.Report(progress.Event{Stage: progress.Run, Kind: progress.Begin})
	<-lines
	if line := <-lines; !strings.HasPrefix(line, "run: ") {
		t.Errorf("after the start: %q", line)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestWriteErrorIsTold(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	for _, mode := range []Mode{Plain, JSON} {
		writes := 0
		p := NewProgress(ProgressOptions{Mode: mode, Out: writerFunc(func([]byte) (int, error) {
			writes++
			return 0, full
		})})
		p.Log("one")
		p.Log("two")
		if err := p.Close(); !errors.Is(err, full) || writes != 1 {
			t.Errorf("%s: %d writes, error %v", mode, writes, err)
		}
	}
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := NewProgress(ProgressOptions{Mode: JSON, Out: &out})
	for _, e := range script() {
		p.Report(e)
	}
	p.Log("hello\nworld")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile(filepath.Join("testdata", "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestNone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := NewProgress(ProgressOptions{Mode: None, Out: &out})
	for _, e := range script() {
		p.Report(e)
	}
	p.Log("told all the same")
	if err := p.Close(); err != nil || out.String() != "told all the same\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func TestLogWriter(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := LogWriter(NewProgress(ProgressOptions{Mode: None, Out: &out}))
	for _, piece := range []string{"hel", "lo\nwor", "ld\r50%\r100%\n", "\n", "end"} {
		if n, err := w.Write([]byte(piece)); err != nil || n != len(piece) {
			t.Fatal(n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if want := "hello\nworld\n50%\n100%\nend\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestLogWriterBoundsALine(t *testing.T) {
	t.Parallel()
	var lines int
	w := &lineWriter{emit: func(string) { lines++ }}
	for range 40 {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 8<<10))
		if len(w.rest) > maxLine {
			t.Fatalf("%d bytes held", len(w.rest))
		}
	}
	if lines != 4 {
		t.Errorf("%d lines, want 4", lines)
	}
}

func TestManyGoroutines(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{Plain, JSON, None, Terminal} {
		var mu sync.Mutex
		p := NewProgress(ProgressOptions{Mode: mode, Getenv: env(), Out: writerFunc(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return len(b), nil
		})})
		var wg sync.WaitGroup
		for _, name := range []progress.Stage{progress.Fetch, progress.Hash} {
			wg.Go(func() {
				m := progress.Func(p.Report).Begin(name, 100, 1000)
				for range 100 {
					m.Add(10)
					m.Item("x", "retry", "")
				}
				m.End(nil)
			})
		}
		wg.Wait()
		for range 2 {
			p.Report(progress.Event{Stage: progress.Push, Kind: progress.Begin})
			p.Log("late")
			if err := p.Close(); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		}
	}
}

func TestNothingAfterClose(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{Plain, JSON, Terminal} {
		var out bytes.Buffer
		p := NewProgress(ProgressOptions{Mode: mode, Out: &out, Getenv: env()})
		p.Log("in time")
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		before := out.String()
		p.Report(progress.Event{Stage: progress.Push, Kind: progress.Begin})
		p.Log("late")
		if out.String() != before || !strings.Contains(before, "in time") {
			t.Errorf("%s: %q, then %q", mode, before, out.String())
		}
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	for mode, want := range map[Mode]string{
		Plain: "Error: no route\n", JSON: `{"stage":"","kind":"error","error":"no route","elapsedNs":0}` + "\n",
	} {
		var out bytes.Buffer
		if WriteError(&out, mode, "no route"); out.String() != want {
			t.Errorf("%s: %q", mode, out.String())
		}
	}
}
