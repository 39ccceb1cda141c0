package ui

import (
	"io"
	"sync"
	"time"

	"github.com/opc-source/opc-image/pkg/progress"
)

// plain writes lines, for a log: when a stage begins, at an interval while it
// works, whether bytes move or not, and when it ends. A stage that had nothing to
// do is not mentioned.
type plain struct {
	now  func() time.Time
	stop chan struct{}
	once sync.Once
	done chan struct{}

	mu     sync.Mutex
	out    io.Writer
	err    error
	closed bool
	stages map[progress.Stage]*stage
	order  []progress.Stage // stages under way, in the order they began
}

var _ Progress = (*plain)(nil)

func newPlain(o ProgressOptions) *plain {
	p := &plain{
		now: o.Now, out: o.Out,
		stop: make(chan struct{}), done: make(chan struct{}),
		stages: map[progress.Stage]*stage{},
	}
	go p.repeat(o.Interval)
	return p
}

// repeat writes the lines between begin and end.
func (p *plain) repeat(interval time.Duration) {
	defer close(p.done)
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.tick()
		case <-p.stop:
			return
		}
	}
}

// tick writes where each stage stands.
func (p *plain) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for _, name := range p.order {
		s := p.stages[name]
		p.announce(s)
		p.print(s.line(now))
	}
}

// Report implements [Progress].
func (p *plain) Report(e progress.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stages[e.Stage]
	if s == nil || e.Kind == progress.Begin {
		s = &stage{}
		p.remove(e.Stage)
		p.stages[e.Stage] = s
		p.order = append(p.order, e.Stage)
	}
	s.update(e, p.now())
	if e.Kind == progress.End {
		p.remove(e.Stage)
		if s.announced || !s.idle() {
			p.print(s.ended())
		}
		return
	}
	if e.Kind != progress.Begin || e.ItemsTotal > 0 || e.BytesTotal > 0 {
		p.announce(s)
	}
	if line := notable(e); line != "" {
		p.print(line)
	}
}

// announce prints once that a stage began. A stage that does not know what it
// has to do waits for its first item: it may find nothing to do.
func (p *plain) announce(s *stage) {
	if !s.announced {
		s.announced = true
		p.print(begun(s.event))
	}
}

// remove forgets a stage that is over.
func (p *plain) remove(name progress.Stage) {
	delete(p.stages, name)
	for i, n := range p.order {
		if n == name {
			p.order = append(p.order[:i:i], p.order[i+1:]...)
			return
		}
	}
}

// Log implements [Progress].
func (p *plain) Log(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.print(Clean(line))
}

// print writes one line; the caller holds the lock.
func (p *plain) print(line string) {
	if p.err == nil && !p.closed {
		_, p.err = io.WriteString(p.out, line+"\n")
	}
}

// Close implements [Progress].
func (p *plain) Close() error {
	p.once.Do(func() { close(p.stop) })
	<-p.done
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return p.err
}
