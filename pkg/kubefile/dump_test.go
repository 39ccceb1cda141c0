package kubefile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// dump writes a script as lines, for golden files.
func dump(s *Script) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "platform %s\nfrom scratch=%v profile=%q image=%q\n", s.Platform, s.From.Scratch, s.From.Profile, s.From.Image)
	for _, step := range s.Steps {
		fmt.Fprintf(&b, "%s %s", step.At(), step.Keyword())
		switch step := step.(type) {
		case Env:
			dumpVars(&b, step.Vars)
		case Label:
			dumpVars(&b, step.Vars)
		case AppEnv:
			fmt.Fprintf(&b, " %s", step.App.Text)
			dumpVars(&b, step.Vars)
		case Copy:
			dumpCopy(&b, step)
		case Add:
			dumpCopy(&b, step.Copy)
			fmt.Fprintf(&b, " checksum=%s", step.Checksum)
		case Run:
			fmt.Fprintf(&b, " %q %q network=%s env=%q", step.Shell, step.Exec, step.Network, step.Env)
		case App:
			fmt.Fprintf(&b, " %s", step.Name.Text)
			for _, s := range step.Sources {
				fmt.Fprintf(&b, " [%s %d path=%q url=%q component=%q chart=%q]", s.Pos, s.Kind, s.Path, s.URL, s.Component, s.Chart)
			}
		case AppCmds:
			fmt.Fprintf(&b, " %s", step.App.Text)
			dumpWords(&b, step.Commands)
		case Launch:
			dumpWords(&b, step.Apps)
		case Cmds:
			dumpWords(&b, step.Commands)
		case Cmd:
			dumpWords(&b, step.Commands)
		case Maintainer:
			fmt.Fprintf(&b, " %q", step.Name)
		case KubeVersion:
			fmt.Fprintf(&b, " %q", step.Version)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func dumpVars(b *bytes.Buffer, vars []Var) {
	for _, v := range vars {
		fmt.Fprintf(b, " %s=%q", v.Name, v.Value)
	}
}

func dumpWords(b *bytes.Buffer, words []Word) {
	for _, word := range words {
		fmt.Fprintf(b, " %q", word.Text)
	}
}

func dumpCopy(b *bytes.Buffer, c Copy) {
	dumpWords(b, c.Sources)
	fmt.Fprintf(b, " to %q dir=%v", c.Dest.Path, c.Dest.Dir)
	if c.Owner != nil {
		fmt.Fprintf(b, " owner=%d:%d", c.Owner.UID, c.Owner.GID)
	}
	if c.Mode != nil {
		fmt.Fprintf(b, " mode=%v", *c.Mode)
	}
}

// What the samples mean, and what lint says of them.
func TestExpandSamples(t *testing.T) {
	t.Parallel()
	for _, name := range sampleFiles(t, "valid") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Parse("Kubefile", bytes.NewReader(text), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			opts := ExpandOptions{Platform: "linux/arm64"}
			script, err := Expand(f, opts)
			if err != nil {
				t.Fatal(err)
			}
			out := dump(script)
			for _, p := range Lint(f, LintOptions{ExpandOptions: opts}) {
				out = fmt.Appendf(out, "%s %s %s\n", p.Severity, p.Rule, p)
			}
			golden(t, strings.TrimSuffix(name, ".Kubefile")+".script", out)
		})
	}
}
