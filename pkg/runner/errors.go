package runner

import (
	"errors"
	"fmt"
	"strings"
)

// Reasons why a RUN could not be started, for errors.Is.
var (
	// ErrUnsupported: the operating system has no namespaces.
	ErrUnsupported = errors.New("RUN needs the namespaces of Linux; build on Linux, or prepare the files beforehand and COPY them")
	// ErrNamespaces: the kernel or its administrator does not grant namespaces.
	ErrNamespaces = errors.New("the kernel grants no namespaces; run as root, or allow user namespaces (sysctl user.max_user_namespaces, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), or prepare the files beforehand and COPY them")
	// ErrNoShell: the image has no /bin/sh.
	ErrNoShell = errors.New(`the image has no /bin/sh, which the shell form of RUN needs ("scratch" is empty); begin FROM an image with a shell, use the exec form with a program of the image (RUN ["/bin/tool", "argument"]), or prepare the files beforehand and COPY them`)
	// ErrPlatform: this machine cannot execute programs of the image's platform.
	ErrPlatform = errors.New("this machine cannot execute programs of that platform; build this platform on a machine of its kind, register an emulator with binfmt_misc (qemu-user-static), or prepare the files beforehand and COPY them")
	// ErrNotHooked: the program did not call Init.
	ErrNotHooked = errors.New("the program did not call runner.Init at its start")
)

// ExitError tells that the program of a RUN ran and failed.
type ExitError struct {
	Code   int    // exit code; 128 plus the signal when one ended it
	Signal string // name of that signal, "" when there was none
	Tail   string // the last lines of what it printed
}

// Error names the exit code and repeats the last lines of output.
func (e *ExitError) Error() string {
	what := fmt.Sprintf("exit code %d", e.Code)
	if e.Signal != "" {
		what += " (" + e.Signal + ")"
	}
	if e.Tail == "" {
		return what + "; it printed nothing"
	}
	return what + "; its last output:\n  " + strings.ReplaceAll(e.Tail, "\n", "\n  ")
}

// locate puts the position and the text of the instruction in front of err.
func (c *Command) locate(err error) error {
	if c.Position == "" {
		return fmt.Errorf("%s: %w", c.text(), err)
	}
	return fmt.Errorf("%s: %s: %w", c.Position, c.text(), err)
}
