package compose

import (
	"errors"
	"slices"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// step adds what one instruction says to the plan.
func (b *builder) step(step kubefile.Step) error {
	switch s := step.(type) {
	case kubefile.Env:
		for _, v := range s.Vars {
			b.plan.Env = append(b.plan.Env, v.Name+"="+v.Value)
		}
	case kubefile.Label:
		for _, v := range s.Vars {
			b.plan.Labels[v.Name] = v.Value
		}
	case kubefile.Maintainer:
		b.plan.Author = s.Name
	case kubefile.KubeVersion:
		b.plan.SupportedKube = s.Version
	case kubefile.Copy:
		return b.copy(s)
	case kubefile.Add:
		return b.add(s)
	case kubefile.Run:
		b.run(s)
	case kubefile.App:
		return b.app(s)
	case kubefile.AppCmds:
		return b.changeApp(s.App.Text, func(a *sealer.Application) { a.Cmds = texts(s.Commands) })
	case kubefile.AppEnv:
		return b.changeApp(s.App.Text, func(a *sealer.Application) { setEnv(a, s.Vars) })
	case kubefile.Launch:
		return b.launch(texts(s.Apps))
	case kubefile.Cmds:
		return b.commands(texts(s.Commands), true)
	case kubefile.Cmd:
		return b.commands(texts(s.Commands), false)
	default:
		return errors.New("this instruction cannot be built")
	}
	return nil
}

func texts(words []kubefile.Word) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Text
	}
	return list
}

func setEnv(a *sealer.Application, vars []kubefile.Var) {
	if a.Env == nil {
		a.Env = map[string]string{}
	}
	for _, v := range vars {
		a.Env[v.Name] = v.Value
	}
}

// launch adds apps to start. Those of the profile below come first, and each
// starts once.
func (b *builder) launch(apps []string) error {
	if len(b.plan.Launch.Cmds) > 0 {
		return errors.New("the profile below has commands to run, and sealer runs either those or apps; make them APPCMDS of an app")
	}
	for _, name := range apps {
		if !slices.Contains(b.plan.Launch.AppNames, name) {
			b.plan.Launch.AppNames = append(b.plan.Launch.AppNames, name)
		}
	}
	return nil
}

// commands sets what runs once the cluster is up, or adds to it.
func (b *builder) commands(list []string, replace bool) error {
	if len(b.plan.Launch.AppNames) > 0 {
		return errors.New("the profile below launches apps, and sealer runs either those or commands; make an app of the commands, with APPCMDS, and LAUNCH it")
	}
	if replace {
		b.plan.Launch.Cmds = nil
	}
	b.plan.Launch.Cmds = append(b.plan.Launch.Cmds, list...)
	return nil
}

func (b *builder) run(s kubefile.Run) {
	command := s.Exec
	if len(command) == 0 {
		command = []string{"/bin/sh", "-c", s.Shell}
	}
	b.plan.Runs = append(b.plan.Runs, Run{
		Command: command, Env: s.Env, Network: s.Network, Position: s.At().String(),
	})
}
