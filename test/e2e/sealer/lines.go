package sealer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// lines passes on what a host says, line by line with its name in front, and
// remembers the end of it for errors.
type lines struct {
	name string
	to   io.Writer // May be nil.

	mu   sync.Mutex
	rest []byte
	tail []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		l.line(string(line))
		l.rest = rest
	}
}

func (l *lines) line(line string) {
	if l.to != nil {
		fmt.Fprintf(l.to, "   %s| %s\n", l.name, line)
	}
	const keep = 30
	if l.tail = append(l.tail, line); len(l.tail) > keep {
		l.tail = l.tail[1:]
	}
}

// flush passes on a last line without an end.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.rest) > 0 {
		l.line(string(l.rest))
		l.rest = nil
	}
}

// last is the end of what was said.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.tail, "\n")
}
