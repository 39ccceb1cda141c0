package ui

import (
	"bytes"
	"io"
	"sync"
)

// maxLine bounds what is held of a line that does not end.
const maxLine = 64 << 10

// lineWriter hands on whole lines, without their end and cleaned, so that text
// from several goroutines, and bars, do not mix within a line.
type lineWriter struct {
	mu   sync.Mutex
	emit func(line string)
	rest []byte
}

var _ io.WriteCloser = (*lineWriter)(nil)

// Write takes text in pieces of any size; "\r" ends a line as "\n" does, for
// tools that draw over their own line.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexAny(w.rest, "\r\n")
		if end < 0 {
			break
		}
		w.send(w.rest[:end])
		w.rest = w.rest[end+1:]
	}
	if len(w.rest) > maxLine {
		w.send(w.rest)
		w.rest = nil
	}
	return len(p), nil
}

// Close hands on a last line that did not end.
func (w *lineWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.send(w.rest)
	w.rest = nil
	return nil
}

func (w *lineWriter) send(line []byte) {
	if len(line) > 0 {
		w.emit(Clean(string(line)))
	}
}
