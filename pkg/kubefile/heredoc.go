package kubefile

import (
	"regexp"
	"strings"
)

// heredocWord is what begins a here-document: <<NAME, <<-NAME, <<"NAME".
var heredocWord = regexp.MustCompile(`^\d*<<(-?)(?:"([^"<>]+)"|'([^'<>]+)'|([^"'<>]+))$`)

// heredoc refuses a here-document, skipping its lines so that they are not read
// as instructions. It reports whether there was one.
func (p *parser) heredoc(l *logical, offset int, sp spec) bool {
	if sp.grammar != textOrJSON && sp.grammar != wordsOrJSON || sp.rawDash || sp.strict {
		return false
	}
	spans, _ := splitQuoted(l, offset, p.escape)
	for _, s := range spans {
		found := heredocWord.FindStringSubmatch(l.text[s.start:s.end])
		if found == nil {
			continue
		}
		p.syntax(l.position(s.start), "put the text into a file of the context and COPY it", "sealer's Kubefile has no here-documents")
		for i := p.next; i < len(p.lines); i++ {
			line := p.lines[i]
			if found[1] != "" {
				line = strings.TrimLeft(line, "\t")
			}
			if line == found[2]+found[3]+found[4] {
				p.next = i + 1
				break
			}
		}
		return true
	}
	return false
}
