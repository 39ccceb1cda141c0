package gobuild

import (
	"bytes"
	"strings"
	"time"
)

const (
	keepLines = 20   // lines kept for an error
	maxLine   = 1000 // bytes of one of them
)

// lines keeps the last lines that a command writes, and tells now and then how
// far it is.
type lines struct {
	log              func(format string, args ...any)
	every            time.Duration
	module, platform string

	rest  []byte
	kept  []string
	count int
	told  time.Time
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			l.rest = l.rest[:min(len(l.rest), maxLine)]
			return len(p), nil
		}
		l.add(string(line[:min(len(line), maxLine)]))
		l.rest = rest
	}
}

func (l *lines) add(line string) {
	if l.told.IsZero() {
		l.told = time.Now()
	}
	l.kept = append(l.kept, line)
	if len(l.kept) > keepLines {
		l.kept = l.kept[1:]
	}
	if l.count++; !isPackage(line) {
		return
	}
	every := l.every
	if every == 0 {
		every = 15 * time.Second
	}
	if time.Since(l.told) >= every {
		l.told = time.Now()
		l.log("compile %s for %s: %d packages, now %s", l.module, l.platform, l.count, line)
	}
}

// last are the lines that say something: the names of packages, which the Go
// command prints as it compiles them, do not.
func (l *lines) last() []string {
	var list []string
	for _, line := range append(l.kept, string(l.rest)) {
		if line != "" && !isPackage(line) {
			list = append(list, line)
		}
	}
	return list
}

// isPackage tells an import path, as the Go command prints it.
func isPackage(line string) bool {
	return line != "" && !strings.ContainsAny(line, " :\t\"#")
}
