// Package progress carries what a long operation does, as a stream of small
// values. The operation knows nothing of terminals: a bar, a plain log and JSON
// lines are renderers of the same events.
package progress

import (
	"sync"
	"time"
)

// Stage names one phase of the work, in the order a build runs them.
type Stage string

// The stages of the operations of this module.
const (
	Download Stage = "download" // charts, manifests and files into the store
	Render   Stage = "render"   // charts to objects to image names
	Resolve  Stage = "resolve"  // names to digests
	Fetch    Stage = "fetch"    // blobs of images into the store
	Run      Stage = "run"      // RUN instructions
	Hash     Stage = "hash"     // layer digests
	Push     Stage = "push"     // bytes from the store to a registry
	Compare  Stage = "compare"  // what a registry holds with the store
	Save     Stage = "save"     // bytes from the store to an archive
	Load     Stage = "load"     // bytes from an archive into the store
	Verify   Stage = "verify"   // a finished image against its own objects
	Check    Stage = "check"    // blobs of the store against their digests
)

// Kind tells what an [Event] reports.
type Kind string

// The kinds of events. A stage is Begin, any number of Advance and Item, End.
const (
	Begin   Kind = "begin"
	Advance Kind = "advance" // the byte count moved
	Item    Kind = "item"    // one image, blob, chart or layer changed its status
	End     Kind = "end"
)

// Event is one observation. All counts are totals since the stage began.
type Event struct {
	Stage Stage `json:"stage"`
	Kind  Kind  `json:"kind"`
	// Name is what an Item is about: an image reference, a digest, a file name.
	Name string `json:"name,omitempty"`
	// Status of an Item: "done", "present", "retry", "failed".
	Status string `json:"status,omitempty"`
	// Detail explains the status, in words.
	Detail string `json:"detail,omitempty"`
	// Items counts finished items, of ItemsTotal; 0 when the stage has none.
	Items      int `json:"items,omitempty"`
	ItemsTotal int `json:"itemsTotal,omitempty"`
	// Bytes counts the bytes moved, of BytesTotal; 0 when not known.
	Bytes      int64 `json:"bytes,omitempty"`
	BytesTotal int64 `json:"bytesTotal,omitempty"`
	// Err is why the stage ended, empty when it succeeded.
	Err string `json:"error,omitempty"`
	// Elapsed is the time since the stage began.
	Elapsed time.Duration `json:"elapsedNs"`
}

// Func receives events, one at a time for a stage. A nil Func drops them.
type Func func(Event)

// interval bounds how often a stage reports that bytes moved.
const interval = 100 * time.Millisecond

// Meter measures one stage. Its methods may be called from many goroutines, and
// on a nil Meter, which measures nothing.
type Meter struct {
	report Func
	now    func() time.Time
	mu     sync.Mutex
	event  Event
	began  time.Time
	last   time.Time
}

// Begin starts a stage of a number of items and bytes; 0 is "not known".
func (f Func) Begin(stage Stage, items int, bytes int64) *Meter {
	if f == nil {
		return nil
	}
	m := &Meter{report: f, now: time.Now}
	m.began = m.now()
	m.event = Event{Stage: stage, ItemsTotal: items, BytesTotal: bytes}
	m.send(Begin)
	return m
}

// Expect adds to what the stage has in front of it.
func (m *Meter) Expect(items int, bytes int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.event.ItemsTotal += items
	m.event.BytesTotal += bytes
}

// Add counts n bytes moved; negative when they have to be moved again.
func (m *Meter) Add(n int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.event.Bytes += n
	if m.now().Sub(m.last) >= interval {
		m.send(Advance)
	}
}

// Write counts len(p) bytes, so that a Meter can stand in an io.MultiWriter.
func (m *Meter) Write(p []byte) (int, error) {
	m.Add(int64(len(p)))
	return len(p), nil
}

// Item reports the status of one item; "done" and "present" count as finished.
func (m *Meter) Item(name, status, detail string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if status == "done" || status == "present" {
		m.event.Items++
	}
	m.event.Name, m.event.Status, m.event.Detail = name, status, detail
	m.send(Item)
	m.event.Name, m.event.Status, m.event.Detail = "", "", ""
}

// End closes the stage. err is nil when it succeeded.
func (m *Meter) End(err error) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.event.Err = err.Error()
	}
	m.send(End)
}

// send reports the present state; the caller holds the lock.
func (m *Meter) send(kind Kind) {
	m.last = m.now()
	m.event.Kind = kind
	m.event.Elapsed = m.last.Sub(m.began)
	m.report(m.event)
}
