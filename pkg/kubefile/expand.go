package kubefile

import (
	"maps"
	"slices"

	"github.com/containerd/platforms"
)

// ExpandOptions is what a file is evaluated with. The zero value builds for
// linux/amd64 with no build arguments.
type ExpandOptions struct {
	Platform      string            // OS/ARCH[/VARIANT] of the image; default "linux/amd64"
	BuildPlatform string            // of the machine that builds, for BUILDPLATFORM; default Platform
	BuildArgs     map[string]string // values for ARG
	BaseEnv       map[string]string // variables of the base image
	BaseApps      []string          // apps of the base image, which LAUNCH, APPCMDS and APPENV may name; nil: not known
}

// Script is what a file says for one platform, variables replaced.
type Script struct {
	Platform   string // normalised
	From       From
	Steps      []Step   // in the order of the file
	UnusedArgs []string // build arguments that no ARG declares, sorted

	undefined []Word // variables used without a value
}

// Expand evaluates a file that Parse read without errors. The error is Problems
// with everything that makes the file impossible to build as far as the file
// alone tells: the values that Expand cannot read, and what the rules of
// severity Error find. The script of a file with problems holds the steps that
// could be read; it is never nil.
func Expand(f *File, opts ExpandOptions) (*Script, error) {
	script, problems := evaluate(f, opts)
	pass := &Pass{File: f, Script: script, BaseApps: opts.BaseApps}
	for _, rule := range Rules() {
		if rule.Severity == Error {
			problems = append(problems, pass.run(rule)...)
		}
	}
	return script, problems.err()
}

// evaluator is the state while the instructions of a file are evaluated.
type evaluator struct {
	file      *File
	opts      ExpandOptions
	script    *Script
	problems  Problems
	automatic map[string]string // platform arguments
	global    map[string]string // ARG before FROM
	args      map[string]string // ARG after FROM, those with a value
	env       map[string]string
	used      map[string]bool // names that an ARG declared
	inside    bool            // FROM was seen
	spent     int             // bytes that words have become so far
}

func evaluate(f *File, opts ExpandOptions) (*Script, Problems) {
	e := &evaluator{
		file: f, opts: opts, script: &Script{},
		global: map[string]string{}, args: map[string]string{}, env: map[string]string{}, used: map[string]bool{},
	}
	maps.Copy(e.env, opts.BaseEnv)
	e.platforms()
	for _, ins := range f.Instructions {
		e.instruction(ins)
	}
	if !e.inside {
		e.value(Position{File: f.Name}, "begin with FROM; FROM scratch has no base", "the file has no FROM")
	}
	for name := range opts.BuildArgs {
		_, automatic := e.automatic[name]
		if !e.used[name] && !automatic && !isProxy(name) {
			e.script.UnusedArgs = append(e.script.UnusedArgs, name)
		}
	}
	slices.Sort(e.script.UnusedArgs)
	return e.script, e.problems
}

// value reports a problem with the value of an argument.
func (e *evaluator) value(pos Position, hint, format string, args ...any) {
	e.problems.add(RuleValue, pos, hint, format, args...)
}

// platforms fills in the arguments that docker predefines for the platforms,
// and sealer's ARCH.
func (e *evaluator) platforms() {
	target, err := parsePlatform(e.opts.Platform, "linux/amd64")
	if err != nil {
		e.value(Position{File: e.file.Name}, "write OS/ARCH, such as linux/arm64", "%q is not a platform", e.opts.Platform)
	}
	e.script.Platform = platforms.Format(target)
	build, err := parsePlatform(e.opts.BuildPlatform, e.script.Platform)
	if err != nil {
		e.value(Position{File: e.file.Name}, "write OS/ARCH, such as linux/amd64", "%q is not a platform", e.opts.BuildPlatform)
	}
	e.automatic = map[string]string{
		"ARCH":           target.Architecture,
		"TARGETPLATFORM": e.script.Platform, "TARGETOS": target.OS, "TARGETARCH": target.Architecture, "TARGETVARIANT": target.Variant,
		"BUILDPLATFORM": platforms.Format(build), "BUILDOS": build.OS, "BUILDARCH": build.Architecture, "BUILDVARIANT": build.Variant,
	}
}

// parsePlatform reads OS/ARCH[/VARIANT]; the OS has to be given, as without it
// the result would depend on the machine.
func parsePlatform(text, fallback string) (platforms.Platform, error) {
	if text == "" {
		text = fallback
	}
	if !slices.Contains([]byte(text), '/') {
		text = "linux/" + text
	}
	p, err := platforms.Parse(text)
	return platforms.Normalize(p), err
}

// isProxy tells the build arguments that need no ARG.
func isProxy(name string) bool {
	return slices.Contains([]string{
		"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy",
		"NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy",
	}, name)
}
