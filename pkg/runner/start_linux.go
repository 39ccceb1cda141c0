package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// start runs the program to its end.
func (r *Rootfs) start(ctx context.Context, c *Command, overlay bool) error {
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.Timeout,
			fmt.Errorf("it took longer than %s: %w", c.Timeout, context.DeadlineExceeded))
		defer cancel()
	}
	in, err := c.setup(overlay)
	if err != nil {
		return err
	}
	var last tail
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args, cmd.Dir, cmd.Env = []string{initName}, r.session.dir, []string{}
	both := last.tee(c.Output) // One writer, one pipe: the order is kept.
	cmd.Stdout, cmd.Stderr = both, both
	cmd.SysProcAttr = attributes(c)
	cmd.WaitDelay = 2 * time.Second
	refused, err := supervise(cmd, in)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if refused != nil {
		return refused
	}
	return exitError(err, &last)
}

// setup encodes what the first process has to know.
func (c *Command) setup(overlay bool) ([]byte, error) {
	s := setup{
		Overlay: overlay, Users: os.Geteuid() != 0, Network: c.Network == NoNetwork,
		Args: c.Args, Env: c.environment(), Dir: c.Dir,
	}
	if s.Dir == "" {
		s.Dir = "/"
	}
	if !s.Network {
		resolv, err := os.ReadFile("/etc/resolv.conf")
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		s.Resolv = resolv
	}
	return json.Marshal(s)
}

// attributes are the namespaces and the ties to this process. Its death kills
// the first process, and that kills all others of the namespace.
func attributes(c *Command) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
		Pdeathsig:  unix.SIGKILL,
		Setsid:     true, // Ctrl-C reaches this process only, which then ends that one.
	}
	if c.Network == NoNetwork {
		a.Cloneflags |= unix.CLONE_NEWNET
	}
	if uid := os.Geteuid(); uid != 0 {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return a
}

// supervise starts the first process, hands it its setup and waits for the end.
// refused tells why the program was not reached.
func supervise(cmd *exec.Cmd, in []byte) (refused, err error) {
	// The kernel sends the parent's death signal when the thread that started
	// the process ends: it must be this goroutine's until then.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	setupR, setupW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer setupR.Close()
	defer setupW.Close()
	statusR, statusW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer statusR.Close()
	defer statusW.Close()
	cmd.ExtraFiles = []*os.File{setupR, statusW} // setupFD, statusFD
	if err := cmd.Start(); err != nil {
		if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("start in new namespaces: %w: %w", err, ErrNamespaces), nil
		}
		return err, nil
	}
	setupR.Close()
	statusW.Close()
	go func() {
		_, _ = setupW.Write(in) // The reader tells when it got too little.
		setupW.Close()
	}()
	const longest = 64 << 10
	report, _ := io.ReadAll(io.LimitReader(statusR, longest))
	err = cmd.Wait()
	return decodeFailure(report), err
}

func decodeFailure(report []byte) error {
	if len(report) == 0 {
		return nil
	}
	var f failure
	if err := json.NewDecoder(bytes.NewReader(report)).Decode(&f); err != nil {
		return fmt.Errorf("the first process reported %q: %w", report, err)
	}
	return &f
}

// exitError describes how the program ended.
func exitError(err error, last *tail) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	e := &ExitError{Code: exit.ExitCode(), Tail: last.String()}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Code = 128 + int(status.Signal())
		e.Signal = unix.SignalName(status.Signal())
	}
	return e
}
