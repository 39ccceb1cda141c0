package kubefile

import (
	"strings"

	"github.com/containerd/platforms"

	"github.com/opc-source/opc-image/pkg/reference"
)

// instruction evaluates one instruction and appends its step.
func (e *evaluator) instruction(ins *Instruction) {
	if sp, ok := specs[ins.Keyword]; !ok || len(ins.Args) < sp.min {
		return // Parse has reported it
	}
	origin := Origin{ins}
	var step Step
	switch ins.Keyword {
	case "ARG":
		e.arg(ins)
	case "FROM":
		e.from(ins)
	case "ENV":
		env := Env{origin, e.vars(ins, ins.Args)}
		for _, v := range env.Vars {
			e.env[v.Name] = v.Value
		}
		step = env
	case "LABEL":
		step = Label{origin, e.vars(ins, ins.Args)}
	case "MAINTAINER":
		step = Maintainer{origin, ins.Text()}
	case "COPY":
		step = e.copy(ins)
	case "ADD":
		step = e.add(ins)
	case "RUN":
		step = e.run(ins)
	case "APP", "CNI", "CSI":
		step = e.app(ins)
	case "APPCMDS":
		step = AppCmds{origin, e.appName(ins), ins.Args[1:]}
	case "APPENV":
		step = AppEnv{origin, e.appName(ins), e.vars(ins, ins.Args[1:])}
	case "KUBEVERSION":
		step = KubeVersion{origin, e.expand(ins, Word{ins.Args[0].Pos, ins.Text()}).Text}
	case "LAUNCH":
		step = Launch{origin, e.expandAll(ins, ins.operands())}
	case "CMDS":
		if ins.Form != JSON && len(ins.Args) > 0 {
			e.value(ins.Args[0].Pos, "write "+specs["CMDS"].usage, "the commands of CMDS are a JSON array")
		}
		step = Cmds{origin, ins.Args}
	case "CMD":
		step = Cmd{origin, commands(ins)}
	}
	if step != nil {
		e.script.Steps = append(e.script.Steps, step)
	}
}

// commands are those of CMD: each string of an array, or the one text.
func commands(ins *Instruction) []Word {
	if ins.Form == JSON || len(ins.Args) == 0 {
		return ins.Args
	}
	return []Word{{ins.Args[0].Pos, ins.Text()}}
}

// from evaluates FROM. Only the first one counts; a rule refuses the others.
func (e *evaluator) from(ins *Instruction) {
	if e.inside {
		return
	}
	from := From{Origin: Origin{ins}}
	name := e.expand(ins, ins.Args[0])
	if f := ins.flag("platform"); f != nil {
		text := e.expand(ins, f.Value)
		p, err := parsePlatform(text.Text, "")
		if err != nil {
			e.value(text.Pos, "write OS/ARCH, such as linux/arm64", "%q is not a platform", text.Text)
		}
		from.Platform = platforms.Format(p)
	}
	e.inside = true
	if args := ins.operands(); len(args) > 1 && (len(args) != 3 || !strings.EqualFold(args[1].Text, "AS")) {
		e.value(args[1].Pos, "write "+specs["FROM"].usage, "there is text after the image")
	}
	profile, isProfile := strings.CutPrefix(name.Text, "profile://")
	switch {
	case name.Text == "":
		e.value(name.Pos, "give its ARG a default, or pass the build argument", "the name of the base image is empty")
	case isProfile && !componentName.MatchString(profile):
		e.value(name.Pos, "write profile://NAME in lower case", "%q is not the name of a profile", profile)
	case isProfile:
		from.Profile = profile
	case name.Text == "scratch":
		from.Scratch = true
	default:
		from.Image = name.Text
		if _, err := reference.Parse(name.Text); err != nil {
			e.value(name.Pos, "write REGISTRY/REPOSITORY:TAG, scratch or profile://NAME", "the base image cannot be read: %v", err)
		}
	}
	e.script.From = from
}

func (e *evaluator) run(ins *Instruction) Run {
	run := Run{Origin: Origin{ins}, Env: e.environment(ins), Network: "default"}
	if ins.Form == JSON {
		for _, arg := range ins.Args {
			run.Exec = append(run.Exec, arg.Text)
		}
	} else {
		run.Shell = ins.Text()
	}
	if f := ins.flag("network"); f != nil {
		switch network := e.expand(ins, f.Value).Text; network {
		case "default", "none", "host":
			run.Network = network
		default:
			e.value(f.Value.Pos, "it can be default, none or host", "there is no network %q", network)
		}
	}
	return run
}
