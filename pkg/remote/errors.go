package remote

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Subject is what a request is for, in the words of the one who waits for it.
type Subject struct {
	// Op is the step: "resolve", "fetch layer sha256:…", "push manifest".
	Op string
	// Ref is the image reference, chart or URL the user knows.
	Ref string
	// Platform is set when the step is about one platform, as "linux/arm64".
	Platform string
}

// Error is a request that failed for good. Its text names what was wanted and
// for which image and platform, the host, the answer, how often it was tried
// and what to do next.
type Error struct {
	Subject
	// For names who wants it, as the user knows them: components, an app. Empty
	// where nobody has said so.
	For string
	// Host is who was asked, with its port if it has one.
	Host string
	// Status is the HTTP status, 0 when no answer came.
	Status int
	// Attempts is how often it was tried.
	Attempts int
	// Hint is what to do next; empty when there is nothing to say.
	Hint string
	// Before holds the mirrors that failed before Host was asked.
	Before []*Error
	// Err is the cause.
	Err error

	again  bool          // trying again may help
	broken bool          // the content broke off, the rest may be asked for
	wait   time.Duration // the host asked to wait so long
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Ref)
	if e.Platform != "" {
		fmt.Fprintf(&b, " (%s)", e.Platform)
	}
	if e.For != "" {
		b.WriteString(", wanted by " + e.For)
	}
	fmt.Fprintf(&b, ": %s at %s: %s", e.Op, e.Host, e.What())
	for i, m := range e.Before {
		b.WriteString(map[bool]string{true: "; tried before: ", false: ", "}[i == 0])
		fmt.Fprintf(&b, "%s (%s)", m.Host, m.What())
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// What is the short form: the answer or the cause, and the number of attempts
// when there was more than one.
func (e *Error) What() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	s := strings.Join(parts, ": ")
	if e.Attempts > 1 {
		s += fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	return s
}

// MayPass tells whether trying again may help.
func (e *Error) MayPass() bool { return e.again }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrOffline is the cause of every failure of a client that must not use the
// network.
var ErrOffline = errors.New("the network is not to be used")

// ErrIdle is the cause when nothing moved on a connection for too long.
var ErrIdle = errors.New("nothing moved")

// ErrContent is the cause when an answer is complete but not what it must be:
// a wrong digest, a wrong length, too large. Asking the same place again would
// not help, another place may have it right.
var ErrContent = errors.New("wrong content")

// LocalError is a failure on this side: a full disk, a store that cannot be
// written. No other place is asked after it.
type LocalError struct{ Err error }

// Error implements error.
func (e *LocalError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *LocalError) Unwrap() error { return e.Err }

// Status returns the HTTP status an error carries, or 0.
func Status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// Wrong makes the error of an answer that came, but whose content is not what
// it must be. It is an [ErrContent].
func Wrong(s Subject, host, format string, args ...any) *Error {
	err := fmt.Errorf("%w: "+format, append([]any{ErrContent}, args...)...)
	return &Error{Subject: s, Host: host, Err: err, Hint: hint(host, 0, err), Attempts: 1}
}
