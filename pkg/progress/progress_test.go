package progress_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/progress"
)

// record collects events.
func record() (progress.Func, func() []progress.Event) {
	var mu sync.Mutex
	var events []progress.Event
	return func(e progress.Event) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
		}, func() []progress.Event {
			mu.Lock()
			defer mu.Unlock()
			return events
		}
}

func TestStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, events := record()
		m := report.Begin(progress.Fetch, 1, 100)
		m.Expect(1, 50)
		time.Sleep(50 * time.Millisecond)
		m.Add(10) // too soon to be told
		time.Sleep(50 * time.Millisecond)
		if n, err := m.Write(make([]byte, 20)); n != 20 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		m.Item("a", "retry", "it broke")
		m.Item("a", "done", "")
		m.Item("b", "present", "")
		m.Add(-5)
		m.End(errors.New("gone"))
		const ms = time.Millisecond
		all := func(e progress.Event) progress.Event {
			e.Stage, e.ItemsTotal, e.BytesTotal = progress.Fetch, 2, 150
			return e
		}
		want := []progress.Event{
			{Stage: progress.Fetch, Kind: progress.Begin, ItemsTotal: 1, BytesTotal: 100},
			all(progress.Event{Kind: progress.Advance, Bytes: 30, Elapsed: 100 * ms}),
			all(progress.Event{Kind: progress.Item, Name: "a", Status: "retry", Detail: "it broke", Bytes: 30, Elapsed: 100 * ms}),
			all(progress.Event{Kind: progress.Item, Name: "a", Status: "done", Items: 1, Bytes: 30, Elapsed: 100 * ms}),
			all(progress.Event{Kind: progress.Item, Name: "b", Status: "present", Items: 2, Bytes: 30, Elapsed: 100 * ms}),
			all(progress.Event{Kind: progress.End, Items: 2, Bytes: 25, Err: "gone", Elapsed: 100 * ms}),
		}
		if diff := cmp.Diff(want, events()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestNobody measures nothing when nobody listens.
func TestNobody(t *testing.T) {
	t.Parallel()
	m := progress.Func(nil).Begin(progress.Push, 1, 1)
	if m != nil {
		t.Fatal("a meter for nobody")
	}
	m.Expect(1, 1)
	m.Add(1)
	m.Item("x", "done", "")
	m.End(nil)
	if n, err := m.Write([]byte("abc")); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestTogether counts what many goroutines move, and reports one at a time.
func TestTogether(t *testing.T) {
	t.Parallel()
	busy := false
	var last progress.Event
	report := progress.Func(func(e progress.Event) {
		if busy {
			t.Error("two events at once")
		}
		busy, last = true, e
		busy = false
	})
	m := report.Begin(progress.Hash, 100, 0)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			for range 100 {
				m.Add(1)
			}
			m.Item(fmt.Sprint(i), "done", "")
		})
	}
	wg.Wait()
	m.End(nil)
	if last.Kind != progress.End || last.Bytes != 10_000 || last.Items != 100 || last.Err != "" {
		t.Errorf("%+v", last)
	}
}

// TestRate tells of bytes a few times a second, however often they move.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, events := record()
		m := report.Begin(progress.Fetch, 0, 0)
		for range 10_000 {
			time.Sleep(100 * time.Microsecond)
			m.Add(1)
		}
		m.End(nil)
		if n := len(events()); n < 8 || n > 12 {
			t.Errorf("%d events in a second", n)
		}
	})
}
