package gobuild

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Tools are what a result depends on beside the module: the version of Go, and
// for a module with C in it what the C compiler says of itself.
func (b *Builder) Tools(ctx context.Context, m Module, platform string) ([]string, error) {
	version, err := b.Version(ctx)
	if err != nil || !m.Cgo {
		return []string{version}, err
	}
	_, arch, _ := strings.Cut(platform, "/")
	out, err := exec.CommandContext(ctx, compilers[arch], "--version").Output()
	if err != nil {
		err = &Error{Module: m.Name, Platform: platform, Err: fmt.Errorf("C compiler %s: %w", compilers[arch], err)}
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return []string{version, line}, err
}

// Version is the version of Go, such as "go1.26.8", with the experiments that
// are on in it.
func (b *Builder) Version(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, b.command(), "version")
	cmd.Env = b.base()
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go version: %w; %s", err, hint(err, nil))
	}
	words := strings.Fields(strings.TrimPrefix(string(out), "go version "))
	if len(words) < 2 {
		return "", fmt.Errorf("go version says %q, which is not understood", out)
	}
	return strings.Join(words[:len(words)-1], " "), nil // less the machine's own platform
}
