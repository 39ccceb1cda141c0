package kubefile

// span is a range of bytes of a logical line.
type span struct{ start, end int }

// splitBlanks finds the words between blanks; quotes mean nothing.
func splitBlanks(l *logical, from int) []span {
	var spans []span
	for pos := l.skip(from); pos < len(l.text); pos = l.skip(pos) {
		start := pos
		for pos < len(l.text) && !isBlank(l.text[pos]) {
			pos++
		}
		spans = append(spans, span{start, pos})
	}
	return spans
}

// quotedWord finds the end of a word in which quotes hold blanks together. open
// is the offset of a quote that is not closed, or -1. In double quotes and
// outside of quotes the escape character takes the next one along.
func quotedWord(text string, pos int, escape byte) (end, open int) {
	var quote byte
	open = -1
	for ; pos < len(text); pos++ {
		c := text[pos]
		switch {
		case c == escape && quote != '\'':
			pos++
		case quote != 0:
			if c == quote {
				quote, open = 0, -1
			}
		case c == '\'' || c == '"':
			quote, open = c, pos
		case isBlank(c):
			return pos, -1
		}
	}
	return min(pos, len(text)), open
}

// splitQuoted finds the words between blanks that are not quoted. open is as
// for quotedWord.
func splitQuoted(l *logical, from int, escape byte) (spans []span, open int) {
	open = -1
	for pos := l.skip(from); pos < len(l.text) && open < 0; pos = l.skip(pos) {
		s := span{start: pos}
		s.end, open = quotedWord(l.text, pos, escape)
		spans = append(spans, s)
		pos = s.end
	}
	return spans, open
}
