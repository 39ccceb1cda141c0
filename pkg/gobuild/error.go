package gobuild

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Error tells that the Go command failed.
type Error struct {
	Module   string
	Platform string
	Packages []string
	// Lines are the last ones that the command wrote.
	Lines []string
	// Err is how it ended.
	Err error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("compile %s of module %s for %s: %v", strings.Join(e.Packages, " "), e.Module, e.Platform, e.Err)
	for _, line := range e.Lines {
		text += "\n\t" + line
	}
	if h := hint(e.Err, e.Lines); h != "" {
		text += "\n" + h
	}
	return text
}

// Unwrap gives how the command ended.
func (e *Error) Unwrap() error { return e.Err }

// hint says what to do next, as far as it can be told.
func hint(err error, lines []string) string {
	text := strings.Join(lines, "\n")
	switch {
	case strings.Contains(err.Error(), "C compiler"):
		return "install it (Debian: gcc, or gcc-aarch64-linux-gnu for linux/arm64), or build --from release"
	case errors.Is(err, exec.ErrNotFound):
		return "install Go (https://go.dev/dl), or build --from release"
	case strings.Contains(text, "missing go.sum entry"), strings.Contains(text, "updates to go.mod needed"):
		return "its module files are not complete: run go mod tidy in a copy of them"
	case strings.Contains(text, "requires go >="), strings.Contains(text, "invalid go version"):
		return "install the version of Go that it names; none is downloaded"
	case strings.Contains(text, "checksum mismatch"):
		return "what the module proxy served is not what go.sum pins; do not build from it, and ask who runs the proxy"
	case strings.Contains(text, "dial tcp"), strings.Contains(text, "reading http"), strings.Contains(text, "module lookup disabled"):
		return "set GOPROXY to a module proxy that this machine reaches, or fill the module cache (GOMODCACHE) beforehand"
	case strings.Contains(text, "no space left"):
		return "make space for the Go command's build cache (go env GOCACHE): Kubernetes needs about 5 GiB"
	case strings.Contains(text, "pkg-config"):
		return "install pkg-config, which finds C libraries, or build --from release"
	case strings.Contains(text, "cannot find -l"), strings.Contains(text, "No such file or directory"):
		return "install the C libraries it names, for that platform, or build --from release"
	}
	return ""
}
