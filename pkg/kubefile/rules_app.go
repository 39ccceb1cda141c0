package kubefile

import (
	"slices"
	"strings"
)

func checkAppDuplicate(p *Pass) {
	seen := map[string]Position{}
	for _, app := range p.Script.Apps() {
		if first, ok := seen[app.Name.Text]; ok {
			p.Report(app.Name.Pos, "rename it, or give the first one all the sources", "the app %q is declared already in line %d", app.Name.Text, first.Line)
			continue
		}
		seen[app.Name.Text] = app.Name.Pos
	}
}

// checkAppUnknown reads in order: sealer too wants the app declared above.
func checkAppUnknown(p *Pass) {
	if p.BaseApps == nil && !p.Script.From.Scratch {
		return // the base may bring any app
	}
	known := slices.Clone(p.BaseApps)
	for _, step := range p.Script.Steps {
		var named []Word
		switch step := step.(type) {
		case App:
			known = append(known, step.Name.Text)
		case AppCmds:
			named = []Word{step.App}
		case AppEnv:
			named = []Word{step.App}
		case Launch:
			named = step.Apps
		}
		for _, name := range named {
			if !slices.Contains(known, name.Text) {
				p.Report(name.Pos, unknownAppHint(name.Text, known), "%s names the app %q, which is not declared above", step.Keyword(), name.Text)
			}
		}
	}
}

func unknownAppHint(name string, known []string) string {
	for _, k := range known {
		if distance(name, k) <= 2 {
			return "did you mean " + k + "?"
		}
	}
	return "declare it with APP " + name + " local://PATH"
}

func checkAppCmdsReplaced(p *Pass) {
	last := map[string]AppCmds{}
	for _, step := range p.Script.Steps {
		cmds, ok := step.(AppCmds)
		if !ok {
			continue
		}
		if old, again := last[cmds.App.Text]; again {
			p.Report(old.At(), "remove it", "these commands of the app %q are replaced in line %d", cmds.App.Text, cmds.At().Line)
		}
		last[cmds.App.Text] = cmds
	}
}

func checkChartVersion(p *Pass) {
	for _, app := range p.Script.Apps() {
		for _, s := range app.Sources {
			if s.Chart.Name != "" && s.Chart.Version == "" && s.Chart.Digest == "" {
				example := s.Text + "@1.2.3"
				if s.Kind == OCIChart {
					example = s.Text + ":1.2.3"
				}
				p.Report(s.Pos, "write "+example+" or whichever version it is", "the chart %q has no version", s.Chart.Name)
			}
		}
	}
}

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

func checkAppNeedsCmds(p *Pass) {
	commands := slices.Clone(p.BaseApps)
	for _, step := range p.Script.Steps {
		if cmds, ok := step.(AppCmds); ok {
			commands = append(commands, cmds.App.Text)
		}
	}
	for _, app := range p.Script.Apps() {
		if slices.Contains(commands, app.Name.Text) {
			continue
		}
		kind, err := DetectAppType(p.Context, app.Sources)
		if err == nil && kind == "" {
			p.Report(app.Name.Pos, `add APPCMDS `+app.Name.Text+` ["…"]`,
				"the files of the app %q do not tell how to launch it: %s", app.Name.Text, strings.TrimSpace(describeSources(app.Sources)))
		}
	}
}

func describeSources(sources []Source) string {
	texts := make([]string, len(sources))
	for i, s := range sources {
		texts[i] = s.Text
	}
	return strings.Join(texts, " ") + " is neither a chart nor only .yaml nor only .sh files"
}

// first is the first instruction of a keyword, nil if there is none.
func (p *Pass) first(keyword string) *Instruction {
	for _, ins := range p.File.Instructions {
		if ins.Keyword == keyword {
			return ins
		}
	}
	return nil
}
