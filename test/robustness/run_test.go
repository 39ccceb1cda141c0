package robustness

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// result is how a run ended.
type result struct {
	code     int // -1 when a signal ended it
	out, err string
	took     time.Duration
}

// child is a running program.
type child struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	begun    time.Time
}

// command is the program on a store of the test's world, not started yet.
func (w *world) command(store string, args ...string) *exec.Cmd {
	all := append([]string{"--store", w.path(store), "--config", w.config, "--catalog", w.catalog, "--progress", "plain"}, args...)
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	w.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, all...)
	cmd.Dir = w.dir
	cmd.Env = []string{"HOME=" + w.dir, "PATH=/usr/bin:/bin", "TMPDIR=" + w.dir, "GORACE=halt_on_error=1"}
	return cmd
}

// start starts a program.
func start(t *testing.T, cmd *exec.Cmd) *child {
	t.Helper()
	c := &child{cmd: cmd, begun: time.Now()}
	cmd.Stdout, cmd.Stderr = &c.out, &c.err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// wait waits for the end of a program.
func (c *child) wait(t *testing.T) result {
	t.Helper()
	err := c.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{c.cmd.ProcessState.ExitCode(), c.out.String(), c.err.String(), time.Since(c.begun)}
}

// run runs a program to its end.
func (w *world) run(store string, args ...string) result {
	w.t.Helper()
	return start(w.t, w.command(store, args...)).wait(w.t)
}

// must runs a program that has to succeed.
func (w *world) must(store string, args ...string) result {
	w.t.Helper()
	r := w.run(store, args...)
	if r.code != 0 {
		w.t.Fatalf("%v: exit code %d\n%s", args, r.code, r.err)
	}
	return r
}

// build is the command that builds the corpus.
func build(extra ...string) []string { return append([]string{"build", "corpus"}, extra...) }

// killed runs a program and kills it after some time, unless it has ended.
func (w *world) killed(after time.Duration, store string, args ...string) {
	w.t.Helper()
	c := start(w.t, w.command(store, args...))
	time.Sleep(after)
	c.cmd.Process.Signal(syscall.SIGKILL) //nolint:errcheck // it may have ended
	r := c.wait(w.t)
	if r.code > 0 {
		w.t.Fatalf("%v: exit code %d\n%s", args, r.code, r.err)
	}
	if r.code < 0 {
		w.hits++
	}
}
