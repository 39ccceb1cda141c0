package kubefile

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// blanks are what separates words within a line.
const blanks = " \t"

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// logical is the text of one instruction: its lines joined, comments and empty
// lines between them left out.
type logical struct {
	file  string
	text  string
	parts []part    // one for each line that gave text
	inner []Comment // the comments left out
	end   int       // number of the last line
}

// part says where the text from offset on, up to the next part, comes from.
type part struct{ offset, line, column int }

// position is the place in the file of a byte of the text.
func (l *logical) position(offset int) Position {
	next := sort.Search(len(l.parts), func(i int) bool { return l.parts[i].offset > offset })
	p := l.parts[max(next, 1)-1]
	column := p.column + utf8.RuneCountInString(l.text[p.offset:offset])
	return Position{File: l.file, Line: p.line, Column: column}
}

// word is the text of a span, with its position.
func (l *logical) word(s span) Word {
	return Word{Pos: l.position(s.start), Text: l.text[s.start:s.end]}
}

// skip returns the first offset from the given one on that is no blank.
func (l *logical) skip(offset int) int {
	for offset < len(l.text) && isBlank(l.text[offset]) {
		offset++
	}
	return offset
}

// lines splits the text from offset on into what each line of the file gave.
// The first line loses its leading blanks, the last its trailing ones, and lines
// that give nothing are left out.
func (l *logical) lines(offset int) []Word {
	start, end := l.skip(offset), len(strings.TrimRight(l.text, blanks))
	var words []Word
	for i, p := range l.parts {
		s := span{max(p.offset, start), end}
		if i+1 < len(l.parts) {
			s.end = min(l.parts[i+1].offset, end)
		}
		if s.start < s.end {
			words = append(words, l.word(s))
		}
	}
	return words
}

// reader hands out the lines of a file.
type reader struct {
	file   string
	lines  []string
	next   int // index of the next line
	escape byte
}

// logical reads one instruction: the next line and those that continue it.
func (r *reader) logical() *logical {
	l := &logical{file: r.file}
	var text strings.Builder
	for first := true; r.next < len(r.lines); first = false {
		line := r.lines[r.next]
		r.next++
		bare := strings.TrimLeft(line, blanks)
		if !first && (bare == "" || bare[0] == '#') {
			if bare != "" {
				l.inner = append(l.inner, r.comment(bare, line, false))
				l.end = r.next
			}
			continue
		}
		column := 1
		if first {
			column += utf8.RuneCountInString(line) - utf8.RuneCountInString(bare)
			line = bare
		}
		l.end = r.next
		line, continues := r.cut(line)
		l.parts = append(l.parts, part{text.Len(), r.next, column})
		text.WriteString(line)
		if !continues {
			break
		}
	}
	l.text = text.String()
	return l
}

// cut removes the escape character at the end of a line that is continued.
func (r *reader) cut(line string) (string, bool) {
	trimmed := strings.TrimRight(line, blanks)
	if trimmed == "" || trimmed[len(trimmed)-1] != r.escape {
		return line, false
	}
	return trimmed[:len(trimmed)-1], true
}

// comment makes a Comment of the line just read; bare is the line from '#' on.
func (r *reader) comment(bare, line string, blank bool) Comment {
	column := utf8.RuneCountInString(line) - utf8.RuneCountInString(bare) + 1
	return Comment{
		Pos:   Position{File: r.file, Line: r.next, Column: column},
		Text:  strings.TrimRight(bare, blanks),
		Blank: blank,
	}
}
