package kubefile

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// parseDirective reads "# name=value". ok is false for any other line, and for
// names that are no parser directives: those are comments.
func parseDirective(line string) (name, value string, ok bool) {
	text, isComment := strings.CutPrefix(strings.TrimLeft(line, blanks), "#")
	name, value, hasValue := strings.Cut(text, "=")
	name, value = strings.ToLower(strings.Trim(name, blanks)), strings.Trim(value, blanks)
	known := slices.Contains([]string{"escape", "syntax", "check"}, name)
	return name, value, isComment && hasValue && value != "" && known
}

// directives reads the parser directives, which come before everything else.
func (p *parser) directives() {
	for p.next < len(p.lines) {
		line := p.lines[p.next]
		name, value, ok := parseDirective(line)
		if !ok {
			return
		}
		p.next++
		column := utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, blanks)) + 1
		d := Directive{Pos: Position{p.file.Name, p.next, column}, Name: name, Value: value}
		if slices.ContainsFunc(p.file.Directives, func(e Directive) bool { return e.Name == name }) {
			p.syntax(d.Pos, "remove one", "the directive %s stands twice", name)
			continue
		}
		p.file.Directives = append(p.file.Directives, d)
		if name != "escape" {
			continue
		}
		if value != `\` && value != "`" {
			p.syntax(d.Pos, "it can be \\ or `", "%q cannot be the escape character", value)
			continue
		}
		p.escape, p.file.Escape = value[0], value[0]
	}
}
