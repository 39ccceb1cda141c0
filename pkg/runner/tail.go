package runner

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode"
)

// What is kept of a program's output, for the message when it fails.
const (
	tailLines = 12
	tailBytes = 4 << 10
)

// tail remembers the end of what a program prints.
type tail struct {
	mu   sync.Mutex
	data []byte
}

// add remembers p; the caller holds the lock.
func (t *tail) add(p []byte) {
	t.data = append(t.data, p...)
	if extra := len(t.data) - tailBytes; extra > 0 {
		t.data = append(t.data[:0], t.data[extra:]...)
	}
}

// String is the last lines, without control characters.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := bytes.TrimSpace(t.data)
	lines := strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' || r == '\r' })
	lines = lines[max(0, len(lines)-tailLines):]
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.Join(lines, "\n"))
}

// tee makes a writer to w, if there is one, and to the tail.
func (t *tail) tee(w io.Writer) io.Writer {
	return &teeWriter{t, w}
}

type teeWriter struct {
	tail *tail
	w    io.Writer
}

func (t *teeWriter) Write(p []byte) (int, error) {
	t.tail.mu.Lock()
	defer t.tail.mu.Unlock()
	t.tail.add(p)
	if t.w == nil {
		return len(p), nil
	}
	return t.w.Write(p)
}
