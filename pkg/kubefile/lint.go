package kubefile

import (
	"fmt"
	"slices"
)

// Rule is one thing that Lint looks for.
type Rule struct {
	ID       string // stable, in lower case with dashes
	Severity Severity
	Title    string // what is wrong, in a few words
	Doc      string // why, and what to do, in sentences
	Context  bool   // it needs the build context
	Across   bool   // it compares instructions, so one that cannot be read misleads it
	Check    func(*Pass)
}

// Pass is what a rule sees of one file.
type Pass struct {
	File     *File    // as it is written
	Script   *Script  // with its variables expanded; what could be read of it
	Context  *Context // nil if not known
	BaseApps []string // apps of the base image; nil if not known

	rule     Rule
	problems Problems
}

// Report adds a problem of the rule that runs.
func (p *Pass) Report(pos Position, hint, format string, args ...any) {
	p.problems = append(p.problems, Problem{
		Pos: pos, Rule: p.rule.ID, Severity: p.rule.Severity, What: fmt.Sprintf(format, args...), Hint: hint,
	})
}

// run checks one rule.
func (p *Pass) run(rule Rule) Problems {
	if rule.Context && p.Context == nil {
		return nil
	}
	p.rule, p.problems = rule, nil
	rule.Check(p)
	return p.problems
}

// LintOptions says what Lint checks and with what. The zero value checks
// everything that the file alone tells.
type LintOptions struct {
	ExpandOptions
	Context *Context // the build context; nil leaves out the rules that need it
	Rules   []Rule   // default Rules()
	Disable []string // IDs of rules to leave out; those of severity Error stay
	// Syntax is what Parse found. Lint tells it too, and leaves out what may only
	// follow from it. Default none.
	Syntax Problems
}

// Lint returns all problems of a file: those of Parse that it is told, those of
// Expand, the warnings, and what the build context tells. None is nil.
func Lint(f *File, opts LintOptions) Problems {
	script, problems := evaluate(f, opts.ExpandOptions)
	pass := &Pass{File: f, Script: script, Context: opts.Context, BaseApps: opts.BaseApps}
	rules := opts.Rules
	if rules == nil {
		rules = Rules()
	}
	for _, rule := range rules {
		off := rule.Across && len(opts.Syntax) > 0 || rule.Severity != Error && slices.Contains(opts.Disable, rule.ID)
		if !off {
			problems = append(problems, pass.run(rule)...)
		}
	}
	problems = append(f.without(opts.Syntax, problems), opts.Syntax...)
	problems.sort()
	return problems
}

// without leaves out the problems of instructions that have syntax errors, and,
// when there are any, those of the file as a whole.
func (f *File) without(syntax, problems Problems) Problems {
	broken := map[int]bool{}
	for _, p := range syntax {
		broken[0], broken[p.Pos.Line] = true, true
	}
	for _, ins := range f.Instructions {
		if slices.ContainsFunc(syntax, func(p Problem) bool { return p.Pos.Line >= ins.Pos.Line && p.Pos.Line <= ins.End }) {
			for line := ins.Pos.Line; line <= ins.End; line++ {
				broken[line] = true
			}
		}
	}
	return slices.DeleteFunc(problems, func(p Problem) bool { return broken[p.Pos.Line] })
}

// Rules are the rules of the language, errors first, each group by ID.
func Rules() []Rule {
	return append(errorRules(), warningRules()...)
}

// first is the first instruction of a keyword, nil if there is none.
func (p *Pass) first(keyword string) *Instruction {
	for _, ins := range p.File.Instructions {
		if ins.Keyword == keyword {
			return ins
		}
	}
	return nil
}
