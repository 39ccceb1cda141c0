package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Line and Column count from 1; a zero Line
// means the file as a whole.
type Position struct {
	File   string `json:"file"` // slash path from the catalog's directory
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String is file:line:column.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is one thing wrong with a component.
type Problem struct {
	Position
	Message string // what is wrong, and what to write instead
}

// Error is file:line:column: message.
func (p Problem) Error() string { return p.Position.String() + ": " + p.Message }

// Problems are all that is wrong with the components that were read, ordered by
// file and line. It is the error that Load returns.
type Problems []Problem

// Error lists one problem a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// sort orders problems by file, line, column and text.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message),
		)
	})
}

// positions remembers where each value of a component stands, by a path such as
// "install.charts[0].version".
type positions map[string]Position

// at finds the position of a path, or of the nearest value around it.
func (p positions) at(path string) Position {
	for {
		if pos, ok := p[path]; ok {
			return pos
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return p[""]
		}
		path = path[:i]
	}
}
