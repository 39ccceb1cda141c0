//go:build unix

package gobuild

import (
	"os/exec"
	"syscall"
)

// ownGroup lets the end of the context end the compilers as well, which the Go
// command starts as processes of their own.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
