package kubefile

import (
	"slices"
	"strings"
)

// flags reads the flags at offset and returns the offset behind them.
func (p *parser) flags(l *logical, offset int, ins *Instruction, sp spec) int {
	for {
		offset = l.skip(offset)
		if !strings.HasPrefix(l.text[offset:], "--") {
			return offset
		}
		end, open := quotedWord(l.text, offset, p.escape)
		if l.text[offset:end] == "--" {
			return end
		}
		f := Flag{Pos: l.position(offset)}
		f.Name = l.text[offset+2 : end]
		if eq := strings.IndexByte(f.Name, '='); eq >= 0 {
			f.HasValue, f.Value = true, l.word(span{offset + 2 + eq + 1, end})
			f.Name = f.Name[:eq]
		}
		if p.checkFlag(f, ins, sp, open >= 0) {
			ins.Flags = append(ins.Flags, f)
		}
		offset = end
	}
}

// checkFlag reports what is wrong with a flag, and whether nothing is.
func (p *parser) checkFlag(f Flag, ins *Instruction, sp spec, open bool) bool {
	switch {
	case open:
		p.syntax(f.Pos, "close it", "a quote in the flag --%s is not closed", f.Name)
	case !slices.Contains(sp.flags, f.Name):
		hint := "it takes no flags"
		if len(sp.flags) > 0 {
			hint = "it takes --" + strings.Join(sp.flags, ", --")
		}
		p.syntax(f.Pos, hint, "%s has no flag --%s", ins.Keyword, f.Name)
	case !f.HasValue || f.Value.Text == "":
		p.syntax(f.Pos, "write --"+f.Name+"=VALUE", "the flag --%s needs a value", f.Name)
	case ins.flag(f.Name) != nil:
		p.syntax(f.Pos, "remove one", "the flag --%s stands twice", f.Name)
	default:
		return true
	}
	return false
}
