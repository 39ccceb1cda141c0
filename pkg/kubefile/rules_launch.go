package kubefile

import "slices"

func checkLaunchLast(p *Pass) {
	var first *Instruction
	for i, ins := range p.File.Instructions {
		if ins.Keyword != "LAUNCH" && ins.Keyword != "CMDS" {
			continue
		}
		switch {
		case first != nil:
			p.Report(ins.Pos, "keep one of them", "there is a %s already, in line %d", first.Keyword, first.Pos.Line)
		case i < len(p.File.Instructions)-1 && !launchFollows(p.File.Instructions[i+1:]):
			p.Report(ins.Pos, "move it to the end", "%s has to be the last instruction", ins.Keyword)
		}
		if first == nil {
			first = ins
		}
	}
}

// launchFollows tells that nothing else follows, so that the one report about
// the second LAUNCH or CMDS is enough.
func launchFollows(rest []*Instruction) bool {
	return !slices.ContainsFunc(rest, func(ins *Instruction) bool {
		return ins.Keyword != "LAUNCH" && ins.Keyword != "CMDS"
	})
}

func checkLaunchConflict(p *Pass) {
	launch, cmd := p.first("LAUNCH"), p.first("CMD")
	if launch != nil && cmd != nil {
		p.Report(cmd.Pos, "make it APPCMDS of an app", "CMD does not go with the LAUNCH in line %d", launch.Pos.Line)
	}
}

func checkCmdDeprecated(p *Pass) {
	if cmd := p.first("CMD"); cmd != nil {
		p.Report(cmd.Pos, `write CMDS ["…"] at the end of the file`, "CMD is deprecated")
	}
}
