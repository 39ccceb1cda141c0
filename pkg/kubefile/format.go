package kubefile

import "strings"

// indent is put before the continuation lines of an instruction made of words.
const indent = "    "

// Format writes the file in the one layout: keywords in capitals, one blank
// between words, JSON arrays as ["a", "b"], at most one empty line in a row, no
// blanks at line ends. Comments and the line breaks within instructions stay.
// The text of RUN and CMD is kept as it is.
//
// Parsing the result gives the same tree but for positions, and formatting it
// again the same bytes.
func (f *File) Format() []byte {
	w := &writer{escape: string(f.Escape)}
	for _, d := range f.Directives {
		w.WriteString("# " + d.Name + "=" + d.Value + "\n")
	}
	w.fresh = len(f.Directives) > 0
	for _, ins := range f.Instructions {
		w.comments(ins.Comments)
		w.blank(ins.Blank, "")
		w.instruction(ins)
	}
	w.comments(f.Comments)
	return []byte(w.String())
}

// writer is the text written so far.
type writer struct {
	strings.Builder
	escape string
	fresh  bool // only directives are written
}

// blank writes an empty line if the source had one, or if without it the
// comment that comes next would become a parser directive.
func (w *writer) blank(had bool, comment string) {
	_, _, directive := parseDirective(comment)
	if had || w.fresh || w.Len() == 0 && directive {
		w.WriteByte('\n')
	}
	w.fresh = false
}

func (w *writer) comments(comments []Comment) {
	for _, c := range comments {
		w.blank(c.Blank, c.Text)
		w.WriteString(c.Text + "\n")
	}
}

// instruction writes one instruction, breaking lines where the source did.
func (w *writer) instruction(ins *Instruction) {
	var b strings.Builder
	b.WriteString(ins.Keyword)
	line, inner := ins.Pos.Line, ins.Inner
	for i, t := range ins.tokens() {
		broken := t.glued || i > 0 && t.line > line && t.canBreak()
		var above strings.Builder
		for len(inner) > 0 && t.follows(inner[0]) {
			above.WriteString(indent + inner[0].Text + "\n")
			inner, broken = inner[1:], true
		}
		if !t.glued {
			b.WriteByte(' ')
		}
		if broken {
			b.WriteString(w.escape + "\n" + above.String())
			if !t.glued {
				b.WriteString(indent)
			}
		}
		b.WriteString(t.text)
		line = t.line
	}
	text := b.String()
	if strings.HasSuffix(text, w.escape) { // only possible at the end of the file
		text += w.escape
	}
	w.WriteString(text + "\n")
}
