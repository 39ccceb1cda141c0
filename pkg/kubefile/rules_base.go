package kubefile

import (
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

func checkFromOnce(p *Pass) {
	var from *Instruction
	for _, ins := range p.File.Instructions {
		switch {
		case ins.Keyword == "FROM" && from != nil:
			p.Report(ins.Pos, "compose several images by their apps", "there is a FROM already, in line %d", from.Pos.Line)
		case ins.Keyword == "FROM":
			from = ins
		case from == nil && ins.Keyword != "ARG":
			p.Report(ins.Pos, "move it behind FROM", "%s stands before FROM", ins.Keyword)
		}
	}
}

func checkFromTag(p *Pass) {
	from := p.Script.From
	if from.Image == "" {
		return
	}
	ref, err := reference.Parse(from.Image)
	if err == nil && ref.Digest == "" && ref.Tag == "latest" {
		p.Report(from.Instruction.Args[0].Pos, "name a version", "the base image %s is whatever is newest", from.Image)
	}
}

func checkAddChecksum(p *Pass) {
	for _, step := range p.Script.Steps {
		add, ok := step.(Add)
		if !ok || add.Checksum != "" {
			continue
		}
		for _, source := range add.Sources {
			if IsURL(source.Text) {
				p.Report(source.Pos, "write ADD --checksum=sha256:…", "the download %s is not checked", source.Text)
			}
		}
	}
}

func checkMaintainerDeprecated(p *Pass) {
	if ins := p.first("MAINTAINER"); ins != nil {
		p.Report(ins.Pos, "write LABEL org.opencontainers.image.authors=…", "MAINTAINER is deprecated")
	}
}

func checkEnvLegacy(p *Pass) {
	for _, ins := range p.File.Instructions {
		if ins.Form == Legacy {
			p.Report(ins.Args[0].Pos, "write "+specs[ins.Keyword].usage, "%s is set without =", ins.Args[0].Text)
		}
	}
}

func checkInlineComment(p *Pass) {
	for _, ins := range p.File.Instructions {
		if n := len(ins.operands()); n < len(ins.Args) {
			p.Report(ins.Args[n].Pos, "put it on a line of its own", "a comment stands behind the arguments of %s", ins.Keyword)
		}
	}
}

func checkJSONLookalike(p *Pass) {
	for _, ins := range p.File.Instructions {
		text := strings.ReplaceAll(ins.Text(), " ", "")
		if ins.Form != JSON && (strings.HasPrefix(text, `["`) || strings.HasPrefix(text, "['")) {
			p.Report(ins.Args[0].Pos, "strings stand in double quotes, with commas between them", "this looks like a JSON array and is not one")
		}
	}
}

func checkVariableUndefined(p *Pass) {
	for _, word := range p.Script.undefined {
		p.Report(word.Pos, "declare it with ARG "+word.Text+"=…", "the variable %s has no value", word.Text)
	}
}
