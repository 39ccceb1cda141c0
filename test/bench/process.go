package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// cost is what a process took.
type cost struct {
	CPU  time.Duration // user and system
	Wall time.Duration
	RSS  int64 // the most memory at a time, in bytes
}

// add is the cost of one process after another.
func (c cost) add(o cost) cost {
	return cost{c.CPU + o.CPU, c.Wall + o.Wall, max(c.RSS, o.RSS)}
}

// command is a process to run.
type command struct {
	args  []string
	env   []string // besides our own
	stdin string
}

// settle waits until what others have written is on the disk, so that nobody is
// made to wait for it, or is short of memory because of it.
func settle() { syscall.Sync() }

// measure runs processes one after another and sums what they cost, by what the
// kernel says of them (wait4). The memory it reports for a process is at least
// what this process has, which is little.
func measure(ctx context.Context, commands ...command) (cost, error) {
	var sum cost
	for _, c := range commands {
		cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
		cmd.Env = append(cmd.Environ(), c.env...)
		cmd.Stdin = strings.NewReader(c.stdin)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		begin := time.Now()
		err := cmd.Run()
		wall := time.Since(begin)
		if err != nil {
			return sum, fmt.Errorf("%s: %w\n%s", strings.Join(c.args, " "), err, out.String())
		}
		one := cost{CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), Wall: wall}
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			one.RSS = usage.Maxrss << 10 // Linux counts KiB
		}
		sum = sum.add(one)
	}
	return sum, nil
}

// diskUsage is what the files of a directory occupy, in bytes. Files that vanish
// meanwhile are left out.
func diskUsage(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				n += st.Blocks * 512
			}
		}
		return nil
	})
	return n
}

// watchDisk calls do and returns the most that dir occupied meanwhile.
func watchDisk(dir string, do func() error) (int64, error) {
	stop, done := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		for {
			most = max(most, diskUsage(dir))
			select {
			case <-stop:
				done <- max(most, diskUsage(dir))
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
	}()
	err := do()
	close(stop)
	return <-done, err
}
