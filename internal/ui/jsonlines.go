package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/opc-source/opc-image/pkg/progress"
)

// logKind marks, among JSON events, a line for people; Detail holds it.
const logKind progress.Kind = "log"

// errorKind marks, among JSON events, what a command failed of; Err holds it.
const errorKind progress.Kind = "error"

// WriteError writes why a command failed, below its progress: for people, or as a
// last event where progress is events.
func WriteError(w io.Writer, mode Mode, failure string) {
	if mode == JSON {
		(&jsonLines{out: w}).Report(progress.Event{Kind: errorKind, Err: failure})
		return
	}
	fmt.Fprintf(w, "Error: %s\n", failure)
}

// jsonLines writes each event as one line of JSON, for another program. Nothing
// else is written: what is logged is an event too, of the kind "log".
type jsonLines struct {
	mu     sync.Mutex
	out    io.Writer
	err    error
	closed bool
}

var _ Progress = (*jsonLines)(nil)

func (j *jsonLines) Report(e progress.Event) {
	line, err := json.Marshal(e)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil && j.err == nil && !j.closed {
		_, err = j.out.Write(append(line, '\n'))
	}
	if j.err == nil {
		j.err = err
	}
}

func (j *jsonLines) Log(line string) {
	j.Report(progress.Event{Kind: logKind, Detail: line})
}

func (j *jsonLines) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	return j.err
}
