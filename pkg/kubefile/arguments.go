package kubefile

import "strings"

// arguments reads what follows the flags.
func (p *parser) arguments(l *logical, offset int, ins *Instruction, sp spec) {
	offset = l.skip(offset)
	switch sp.grammar {
	case wordsOrJSON, textOrJSON, namePairs:
		if p.json(l, offset, ins, sp) {
			return
		}
	case nameJSON:
		p.nameJSON(l, offset, ins, sp)
		return
	}
	switch sp.grammar {
	case textOnly, textOrJSON:
		ins.Form, ins.Args = Text, l.lines(offset)
	case pairs, names, namePairs:
		p.pairs(l, offset, ins, sp)
	default:
		for _, s := range splitBlanks(l, offset) {
			ins.Args = append(ins.Args, l.word(s))
		}
	}
}

// json reads a JSON array; it reports whether the text was one, or should have
// been and is not.
func (p *parser) json(l *logical, offset int, ins *Instruction, sp spec) bool {
	array, ok := parseJSON(l, offset)
	if !ok {
		if sp.strict && strings.HasPrefix(l.text[offset:], "[") {
			p.syntax(l.position(offset), "strings stand in double quotes, with commas between them: "+sp.usage,
				"this is not a JSON array")
			return true
		}
		return false
	}
	ins.Form = JSON
	ins.Args = append(ins.Args, array.words...)
	if array.notString >= 0 {
		p.syntax(l.position(array.notString), "put it in double quotes", "the array has an element that is not a string")
	}
	if rest := l.skip(array.end); rest < len(l.text) {
		p.syntax(l.position(rest), "a comment needs a line of its own", "there is text after the array")
	}
	return true
}

// nameJSON reads a word and the JSON array that must follow it.
func (p *parser) nameJSON(l *logical, offset int, ins *Instruction, sp spec) {
	words := splitBlanks(l, offset)
	if len(words) == 0 {
		return
	}
	ins.Args = []Word{l.word(words[0])}
	offset = l.skip(words[0].end)
	if !p.json(l, offset, ins, sp) {
		p.syntax(l.position(offset), "write "+sp.usage, "%s needs a JSON array after the name", ins.Keyword)
	}
}

// pairs reads name=value words, or the older form of a name and one value.
func (p *parser) pairs(l *logical, offset int, ins *Instruction, sp spec) {
	spans, open := splitQuoted(l, offset, p.escape)
	if open >= 0 {
		p.syntax(l.position(open), "close it, or write the escape character before it", "the quote is not closed")
	}
	for _, s := range spans {
		ins.Args = append(ins.Args, l.word(s))
	}
	if sp.grammar == names || len(ins.Args) == 0 {
		return
	}
	values := ins.Args
	if sp.grammar == namePairs {
		values = values[1:]
	} else if !strings.Contains(values[0].Text, "=") {
		p.legacy(l, offset, ins, sp)
		return
	}
	for _, word := range values {
		if !strings.Contains(word.Text, "=") {
			p.syntax(word.Pos, "write "+sp.usage+", with quotes around a value that has blanks", "%s has no =", word.Text)
		}
	}
}

// legacy reads "NAME VALUE", where the value goes on to the end.
func (p *parser) legacy(l *logical, offset int, ins *Instruction, sp spec) {
	words := splitBlanks(l, offset)
	ins.Form, ins.Args = Legacy, []Word{l.word(words[0])}
	if len(words) == 1 {
		p.syntax(ins.Args[0].Pos, "write "+sp.usage, "%s has no value", ins.Args[0].Text)
		return
	}
	ins.Args = append(ins.Args, l.word(span{words[1].start, words[len(words)-1].end}))
}
