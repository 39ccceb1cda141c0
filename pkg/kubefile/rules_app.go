package kubefile

import (
	"maps"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/typo"
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
	known := map[string]bool{}
	for _, name := range p.BaseApps {
		known[name] = true
	}
	for _, step := range p.Script.Steps {
		var named []Word
		switch step := step.(type) {
		case App:
			known[step.Name.Text] = true
		case AppCmds:
			named = []Word{step.App}
		case AppEnv:
			named = []Word{step.App}
		case Launch:
			named = step.Apps
		}
		for _, name := range named {
			if !known[name.Text] {
				p.Report(name.Pos, p.unknownAppHint(name.Text, known), "%s names the app %q, which is not declared above", step.Keyword(), name.Text)
			}
		}
	}
}

// unknownAppHint names the app that was probably meant. It does not search for
// the hundredth unknown name.
func (p *Pass) unknownAppHint(name string, known map[string]bool) string {
	if len(p.problems) < 20 {
		if meant := typo.Meant(name, slices.Collect(maps.Keys(known))); meant != "" {
			return "did you mean " + meant + "?"
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

func checkAppNeedsCmds(p *Pass) {
	commands := slices.Clone(p.BaseApps)
	for _, step := range p.Script.Steps {
		if cmds, ok := step.(AppCmds); ok {
			commands = append(commands, cmds.App.Text)
		}
	}
	for _, app := range p.Script.Apps() {
		if slices.Contains(commands, app.Name.Text) || len(app.Sources) == 0 { // no source could be read
			continue
		}
		kind, err := appType(p.Context, app.Sources)
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
