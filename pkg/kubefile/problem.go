package kubefile

import (
	"fmt"
	"slices"
	"strings"
)

// Severity says how bad a Problem is. The zero value is Error.
type Severity uint8

// The severities, worst first.
const (
	Error   Severity = iota // the file cannot be built
	Warning                 // it can, and probably not to the author's liking
)

// String is "error" or "warning".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// The rules of problems that no lint rule finds.
const (
	RuleSyntax = "syntax" // found by Parse
	RuleValue  = "value"  // found by Expand, in an argument's value
)

// Problem is one thing wrong with a Kubefile.
type Problem struct {
	Pos      Position
	Rule     string // ID of the lint rule, or RuleSyntax or RuleValue
	Severity Severity
	What     string // what is wrong
	Hint     string // how to mend it; may be empty
}

// Error is "file:line:column: what; hint".
func (p Problem) Error() string {
	s := p.What
	if pos := p.Pos.String(); pos != "" {
		s = pos + ": " + s
	}
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// Problems are all problems of a file, ordered by position. Parse, Expand and
// ReadIgnore return it as their error; errors.As finds it.
type Problems []Problem

// Error is one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Errors are the problems of severity Error, nil if there are none.
func (ps Problems) Errors() Problems {
	var out Problems
	for _, p := range ps {
		if p.Severity == Error {
			out = append(out, p)
		}
	}
	return out
}

// Sorted are the problems in the order of their positions.
func (ps Problems) Sorted() Problems {
	sorted := slices.Clone(ps)
	sorted.sort()
	return sorted
}

// err is the sorted problems as an error, nil if there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	ps.sort()
	return ps
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		switch {
		case a.Pos.before(b.Pos):
			return -1
		case b.Pos.before(a.Pos):
			return 1
		}
		return strings.Compare(a.Rule, b.Rule)
	})
}

// add appends an error of the given rule.
func (ps *Problems) add(rule string, pos Position, hint, format string, args ...any) {
	*ps = append(*ps, Problem{Pos: pos, Rule: rule, What: fmt.Sprintf(format, args...), Hint: hint})
}
