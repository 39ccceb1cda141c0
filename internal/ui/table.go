package ui

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table is text in columns, under a line of headings in capitals. Columns are
// three blanks apart, the way docker prints them. Nothing is cut: a reader may
// be grep.
type Table struct {
	headings []string
	rows     [][]string
}

// NewTable makes a table with the headings given.
func NewTable(headings ...string) *Table {
	return &Table{headings: headings}
}

// Row adds one line. Cells that are missing or empty are shown as "-".
func (t *Table) Row(cells ...any) {
	row := make([]string, len(t.headings))
	for i := range row {
		if i < len(cells) {
			row[i] = Clean(fmt.Sprint(cells[i]))
		}
		if row[i] == "" {
			row[i] = "-"
		}
	}
	t.rows = append(t.rows, row)
}

// Write writes the table; without a row it writes the headings alone.
func (t *Table) Write(w io.Writer) error {
	tabs := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	lines := append([][]string{upper(t.headings)}, t.rows...)
	for _, line := range lines {
		// A cell ends with its tab, so the last one must do without.
		if _, err := fmt.Fprintln(tabs, strings.Join(line, "\t")); err != nil {
			return err
		}
	}
	return tabs.Flush()
}

func upper(words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = strings.ToUpper(word)
	}
	return out
}
