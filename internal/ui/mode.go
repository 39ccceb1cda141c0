package ui

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Mode says how progress is shown. It is a pflag.Value. The zero value is Auto.
type Mode string

// The modes of --progress.
const (
	Auto     Mode = "auto"  // Terminal on a terminal that can move its cursor, else Plain
	Terminal Mode = "tty"   // bars
	Plain    Mode = "plain" // lines
	JSON     Mode = "json"  // one progress.Event a line
	None     Mode = "none"  // nothing
)

// modes lists the modes as the help and the error name them.
var modes = [...]Mode{Auto, Terminal, Plain, JSON, None}

// Set reads the value of a flag.
func (m *Mode) Set(value string) error {
	return choose(m, value, modes[:])
}

// String is the mode's name.
func (m *Mode) String() string {
	if *m == "" {
		return string(Auto)
	}
	return string(*m)
}

// Type names the values in a command's help.
func (m *Mode) Type() string { return alternatives(modes[:]) }

// resolve turns Auto into what the writer and the environment allow.
func (m Mode) resolve(w io.Writer, getenv func(string) string) Mode {
	if m != "" && m != Auto {
		return m
	}
	if isTerminal(w) && getenv("TERM") != "dumb" {
		return Terminal
	}
	return Plain
}

// colour tells whether the writer may be sent colours; see no-color.org.
func colour(w io.Writer, getenv func(string) string) bool {
	return isTerminal(w) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// defaultWidth is assumed where a terminal does not tell its width.
const defaultWidth = 80

// Width is the number of columns of the terminal w, 80 when it does not tell.
func Width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultWidth
}

// choose sets *v to value when it is one of the allowed ones.
func choose[T ~string](v *T, value string, allowed []T) error {
	for _, a := range allowed {
		if value == string(a) {
			*v = a
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", value, strings.ReplaceAll(alternatives(allowed), "|", ", "))
}

func alternatives[T ~string](values []T) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return strings.Join(names, "|")
}
