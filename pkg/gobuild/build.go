package gobuild

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// fixed are the flags of every build. They are part of a module's digest.
var fixed = []string{"build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-v"}

// Builder runs the Go command. The zero value is ready.
type Builder struct {
	// Go is the command; default "go".
	Go string
	// Env is the environment, as NAME=value; default that of this process. What
	// would change a result is not taken from it.
	Env []string
	// Log is told what goes on, a line at a time. Nil: nobody.
	Log func(line string)
	// Every is how often Log hears which package is being compiled; default 15 s.
	Every time.Duration
}

// Build compiles packages of a module for a platform, such as linux/arm64, into
// files of dir, and gives their names in the order of the packages. The error is
// an [*Error] when the Go command fails.
func (b *Builder) Build(ctx context.Context, m Module, platform string, packages []string, dir string) ([]string, error) {
	if err := distinct(m, packages); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(dir, "module-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	if err := m.unpack(work); err != nil {
		return nil, err
	}
	env, err := b.environment(m, platform)
	if err != nil {
		return nil, &Error{Module: m.Name, Platform: platform, Packages: packages, Err: err}
	}
	b.log("compile %s for %s: %s", m.Name, platform, strings.Join(bases(packages), ", "))
	begin := time.Now()
	cmd := exec.CommandContext(ctx, b.command(), arguments(m, dir, packages)...)
	cmd.Dir, cmd.Env = work, env
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	lines := &lines{log: b.log, every: b.Every, module: m.Name, platform: platform}
	cmd.Stdout, cmd.Stderr = lines, lines
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &Error{Module: m.Name, Platform: platform, Packages: packages, Lines: lines.last(), Err: err}
	}
	b.log("compiled %s for %s in %.0f s", m.Name, platform, time.Since(begin).Seconds())
	var files []string
	for _, name := range bases(packages) {
		files = append(files, filepath.Join(dir, name))
	}
	return files, nil
}

// arguments of the Go command.
func arguments(m Module, dir string, packages []string) []string {
	link := []string{"-s", "-w", "-buildid="}
	if m.Cgo {
		link = append(link, "-linkmode=external", "-extldflags=-static")
	}
	for _, name := range sorted(m.Stamp) {
		link = append(link, "-X="+name+"="+m.Stamp[name])
	}
	args := append(slices.Clone(fixed), "-ldflags="+strings.Join(link, " "))
	if len(m.Tags) > 0 {
		args = append(args, "-tags="+strings.Join(m.Tags, ","))
	}
	args = append(args, "-o", dir+string(filepath.Separator), "--")
	return append(args, packages...)
}

func (b *Builder) command() string {
	if b.Go != "" {
		return b.Go
	}
	return "go"
}

func (b *Builder) log(format string, args ...any) {
	if b.Log != nil {
		b.Log(fmt.Sprintf(format, args...))
	}
}

// distinct checks that each package gets a file of its own.
func distinct(m Module, packages []string) error {
	list := bases(packages)
	for i, name := range list {
		if slices.Contains(list[:i], name) {
			return fmt.Errorf("module %s: two packages would be compiled into a file %s", m.Name, name)
		}
	}
	if len(list) == 0 {
		return errors.New("module " + m.Name + ": no package to compile")
	}
	return nil
}

// bases are the names the Go command gives to programs: the last part of the
// import path that is no major version.
func bases(packages []string) []string {
	var list []string
	for _, p := range packages {
		name := path.Base(p)
		if dir := path.Dir(p); major.MatchString(name) && dir != "." {
			name = path.Base(dir)
		}
		list = append(list, name)
	}
	return list
}
