package kubefile

import (
	"io"
	"strings"
)

// Parse reads a Kubefile. name is used in positions.
//
// The error is a read error or Problems with every error of the file; with
// Problems comes the tree of what could be read, nil if nothing could.
func Parse(name string, r io.Reader, limits Limits) (*File, error) {
	limits = limits.withDefaults()
	lines, err := readLines(name, r, limits)
	if err != nil {
		return nil, err
	}
	p := &parser{
		reader: reader{file: name, lines: lines, escape: '\\'},
		file:   &File{Name: name, Escape: '\\'},
	}
	p.directives()
	p.body(limits.Instructions)
	return p.file, p.problems.err()
}

// parser builds the tree of one file.
type parser struct {
	reader
	file     *File
	problems Problems
}

func (p *parser) syntax(pos Position, hint, format string, args ...any) {
	p.problems.add(RuleSyntax, pos, hint, format, args...)
}

// body reads comments and instructions to the end of the file.
func (p *parser) body(most int) {
	var comments []Comment
	first, blank := true, false
	read := 0
	for p.next < len(p.lines) {
		line := p.lines[p.next]
		bare := strings.TrimLeft(line, blanks)
		if bare == "" {
			p.next++
			blank = !first
			continue
		}
		if bare[0] == '#' {
			p.next++
			comments = append(comments, p.comment(bare, line, blank))
			first, blank = false, false
			continue
		}
		l := p.logical()
		if strings.Trim(l.text, blanks) == "" {
			comments = append(comments, l.inner...)
			first = first && len(comments) == 0
			continue
		}
		if read++; read > most {
			p.syntax(l.position(0), "merge instructions, or compose several files", "the file exceeds the bound of %d instructions (Instructions)", most)
			return
		}
		ins := p.instruction(l)
		if ins == nil {
			comments, blank = nil, false
			continue
		}
		ins.Comments, ins.Blank = append(comments, ins.Comments...), blank
		p.file.Instructions = append(p.file.Instructions, ins)
		comments, first, blank = nil, false, false
	}
	p.file.Comments = comments
	if len(p.file.Instructions) == 0 && len(p.problems) == 0 {
		p.syntax(Position{File: p.file.Name}, "begin with FROM", "the file has no instruction")
	}
}

// instruction reads one instruction; nil means that its keyword is unknown.
func (p *parser) instruction(l *logical) *Instruction {
	start := l.skip(0)
	end := start
	for end < len(l.text) && !isBlank(l.text[end]) {
		end++
	}
	ins := &Instruction{Pos: l.position(start), End: l.end, Keyword: strings.ToUpper(l.text[start:end])}
	sp, known := specs[ins.Keyword]
	if !known {
		what := l.text[start:end]
		if len(what) > 40 {
			what = what[:40]
		}
		p.syntax(ins.Pos, unknownHint(ins.Keyword), "there is no instruction %q", what)
		return nil
	}
	before := len(p.problems)
	if !sp.rawDash {
		end = p.flags(l, end, ins, sp)
	}
	if !p.heredoc(l, end, sp) {
		p.arguments(l, end, ins, sp)
	}
	if len(p.problems) == before && len(ins.Args) < sp.min {
		p.syntax(ins.Pos, "write "+sp.usage, "%s has too few arguments", ins.Keyword)
	}
	p.settle(ins, l.inner)
	return ins
}

// settle keeps the comments that have an argument behind them in their place,
// and moves the others above the instruction.
func (p *parser) settle(ins *Instruction, inner []Comment) {
	last := token{}
	for _, t := range ins.tokens() {
		if t.canBreak() && t.line > last.line {
			last = t
		}
	}
	for _, c := range inner {
		if last.follows(c) {
			ins.Inner = append(ins.Inner, c)
		} else {
			ins.Comments = append(ins.Comments, c)
		}
	}
}
