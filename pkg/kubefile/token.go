package kubefile

import "strings"

// token is a piece of an instruction as the formatter writes it.
type token struct {
	text  string
	line  int  // of the source
	glued bool // a further line of shell text: no blank goes before it
}

// canBreak tells whether the token may begin a line: one with '#' may not, it
// would be a comment there.
func (t token) canBreak() bool { return !strings.HasPrefix(t.text, "#") }

// follows tells whether a comment within the instruction can stand before t.
func (t token) follows(c Comment) bool { return t.line > c.Pos.Line && t.canBreak() }

// tokens are the flags and arguments of the instruction.
func (i *Instruction) tokens() []token {
	var tokens []token
	for _, f := range i.Flags {
		text := "--" + f.Name
		if f.HasValue {
			text += "=" + f.Value.Text
		}
		tokens = append(tokens, token{text: text, line: f.Pos.Line})
	}
	plain, array := i.Args, []Word(nil)
	if i.Form == JSON {
		lead := 0
		if specs[i.Keyword].grammar == nameJSON {
			lead = min(1, len(i.Args))
		}
		plain, array = i.Args[:lead], i.Args[lead:]
	}
	for n, arg := range plain {
		if n == 0 && strings.HasPrefix(arg.Text, "--") && !specs[i.Keyword].rawDash {
			tokens = append(tokens, token{text: "--", line: arg.Pos.Line})
		}
		tokens = append(tokens, token{text: arg.Text, line: arg.Pos.Line, glued: i.Form == Text && n > 0})
	}
	if i.Form == JSON {
		tokens = append(tokens, arrayTokens(array, i.Pos.Line)...)
	}
	return tokens
}

// arrayTokens writes a JSON array; line is where an empty one stands.
func arrayTokens(array []Word, line int) []token {
	if len(array) == 0 {
		return []token{{text: "[]", line: line}}
	}
	tokens := make([]token, len(array))
	for n, element := range array {
		tokens[n] = token{text: quoteJSON(element.Text) + ",", line: element.Pos.Line}
	}
	tokens[0].text = "[" + tokens[0].text
	last := &tokens[len(tokens)-1].text
	*last = strings.TrimSuffix(*last, ",") + "]"
	return tokens
}
