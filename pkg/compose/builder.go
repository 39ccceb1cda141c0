package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opc-source/opc-image/pkg/gobuild"
	"github.com/opc-source/opc-image/pkg/kubefile"
)

// RuleCompose marks the problems of a Kubefile that show only when its parts are
// put together.
const RuleCompose = "compose"

// builder makes the plan of one platform.
type builder struct {
	request  Request
	platform string
	context  *Context // of the Kubefile that is being read
	plan     *Plan
	chain    []string                     // profiles that are being read, outermost first
	at       map[string]kubefile.Position // where each app is declared
	unused   []string                     // build arguments that no Kubefile has used yet
	clashes  kubefile.Problems            // downloads with two checksums
	modules  map[string]gobuild.Module    // that were measured
}

func newBuilder(r Request, platform string) *builder {
	b := &builder{
		request: r, platform: platform, context: r.Context, at: map[string]kubefile.Position{},
		modules: map[string]gobuild.Module{},
		plan: &Plan{
			Name: r.Name, LockName: r.LockName, Type: r.Type, KubeVersion: r.KubeVersion,
			Platforms: slices.Clone(r.Platforms), Metadata: Metadata{Labels: map[string]string{}},
		},
	}
	for name := range r.Args {
		b.unused = append(b.unused, name)
	}
	slices.Sort(b.unused)
	return b
}

// file adds what one Kubefile says, after the profile it builds on. What is wrong
// with it is reported at once.
func (b *builder) file(ctx context.Context, file *kubefile.File) error {
	opts := kubefile.ExpandOptions{Platform: b.platform, BuildArgs: b.request.Args}
	base, _ := kubefile.Expand(file, opts) // for its FROM; what is wrong is reported below
	var problems kubefile.Problems
	if err := b.from(ctx, base.From); err != nil && !errors.As(err, &problems) {
		return err
	}
	opts.BaseEnv, opts.BaseApps = b.env(), b.apps()
	if len(problems) > 0 {
		opts.BaseApps = nil // nobody knows
	}
	problems = append(problems, b.lint(file, opts)...)
	script, _ := kubefile.Expand(file, opts) // lint has told what is wrong
	b.unused = slices.DeleteFunc(b.unused, func(name string) bool { return !slices.Contains(script.UnusedArgs, name) })
	for _, step := range script.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if follows(step, problems) {
			continue
		}
		if err := b.step(step); err != nil {
			problems = append(problems, problem(step.At(), step.Keyword()+": "+err.Error()))
		}
	}
	if len(problems) > 0 {
		return problems.Sorted()
	}
	return nil
}

// follows tells whether what goes wrong with a step may only follow from problems
// there are: one in the same line, or, where a step is about apps declared before,
// any.
func follows(step kubefile.Step, problems kubefile.Problems) bool {
	switch step.(type) {
	case kubefile.AppCmds, kubefile.AppEnv, kubefile.Launch:
		return len(problems) > 0
	}
	return slices.ContainsFunc(problems, func(p kubefile.Problem) bool {
		return p.Pos.File == step.At().File && p.Pos.Line == step.At().Line
	})
}

// lint finds what is wrong with a Kubefile and its context, and keeps the
// warnings.
func (b *builder) lint(file *kubefile.File, opts kubefile.ExpandOptions) kubefile.Problems {
	lint := kubefile.LintOptions{ExpandOptions: opts}
	if b.context != nil {
		lint.Context = b.context.Context
	}
	found := kubefile.Lint(file, lint)
	errs := found.Errors()
	if len(errs) > 0 {
		return errs
	}
	for _, p := range found {
		b.warn("%s", p.Error())
	}
	return nil
}

// phase is the number of RUN instructions so far.
func (b *builder) phase() int { return len(b.plan.Runs) }

// download adds a download to the plan, once, and returns its source.
func (b *builder) download(d Download) string {
	i := slices.IndexFunc(b.plan.Downloads, func(have Download) bool { return have.Source == d.Source })
	if i < 0 {
		b.plan.Downloads = append(b.plan.Downloads, d)
		return d.Source
	}
	known := &b.plan.Downloads[i]
	switch {
	case known.SHA256 == "":
		known.SHA256 = d.SHA256
	case d.SHA256 != "" && d.SHA256 != known.SHA256:
		b.clashes = append(b.clashes, problem(kubefile.Position{}, fmt.Sprintf(
			"%s is pinned to sha256:%s for %s and to sha256:%s for %s; one of them is wrong", d.Source, known.SHA256, known.For, d.SHA256, d.For)))
	}
	if len(known.Platforms) > 0 && len(d.Platforms) > 0 {
		known.Platforms = slices.Compact(slices.Sorted(slices.Values(slices.Concat(known.Platforms, d.Platforms))))
	} else {
		known.Platforms = nil
	}
	return d.Source
}

func (b *builder) warn(format string, args ...any) {
	b.plan.Warnings = append(b.plan.Warnings, fmt.Sprintf(format, args...))
}

func (b *builder) warnUnused() {
	for _, name := range b.unused {
		b.warn("the build argument %s is used nowhere; no Kubefile declares it with ARG", name)
	}
}

func problem(at kubefile.Position, what string) kubefile.Problem {
	return kubefile.Problem{Pos: at, Rule: RuleCompose, What: what}
}

var errNoContext = errors.New("there is no build context to take files from; give a directory")
