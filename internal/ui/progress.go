package ui

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/opc-source/opc-image/pkg/progress"
)

// Progress shows the events of one command. It may be used from many
// goroutines. What comes after Close is not shown.
type Progress interface {
	// Report shows one event; it is a [progress.Func].
	Report(progress.Event)
	// Log prints a line for people among the progress.
	Log(line string)
	// Close ends bars that are still there and tells the first error of writing.
	// Closing again does no harm.
	Close() error
}

// ProgressOptions says where and how progress is shown.
type ProgressOptions struct {
	Mode Mode // default Auto
	// Out is where progress goes; default os.Stderr.
	Out io.Writer
	// Interval is the time between two lines of a stage in Plain; default 5 s.
	Interval time.Duration
	// Getenv looks environment variables up; default os.Getenv.
	Getenv func(string) string
	// Now is the clock; default time.Now.
	Now func() time.Time
}

func (o *ProgressOptions) setDefaults() {
	if o.Out == nil {
		o.Out = os.Stderr
	}
	if o.Interval <= 0 {
		o.Interval = 5 * time.Second
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// NewProgress starts to show progress in the mode asked for.
func NewProgress(o ProgressOptions) Progress {
	o.setDefaults()
	switch o.Mode.resolve(o.Out, o.Getenv) {
	case Terminal:
		return newTerminal(o)
	case JSON:
		return &jsonLines{out: o.Out}
	case None:
		return &silent{out: o.Out}
	}
	return newPlain(o)
}

// LogWriter makes a writer whose lines go to p.Log, for what a RUN prints. Close
// hands on a last line that did not end.
func LogWriter(p Progress) io.WriteCloser {
	return &lineWriter{emit: p.Log}
}

// silent drops progress, but not what people are told.
type silent struct{ out io.Writer }

var _ Progress = (*silent)(nil)

func (*silent) Report(progress.Event) {}

func (s *silent) Log(line string) { fmt.Fprintln(s.out, Clean(line)) }

func (*silent) Close() error { return nil }
