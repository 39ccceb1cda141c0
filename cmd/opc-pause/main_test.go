//go:build linux

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain is opc-pause itself when a test starts it. It adopts what its
// children leave, as the first process of a pod does.
func TestMain(m *testing.M) {
	if os.Getenv("OPC_PAUSE") == "" {
		os.Exit(m.Run())
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	// A process whose parent ends at once, and which ends a little later.
	if err := exec.Command("/bin/sh", "-c", "(sleep 0.2; exit 3) & echo $!").Run(); err != nil {
		panic(err)
	}
	signals := listen()
	os.Stdout.WriteString("ready\n")
	hold(signals)
}

func start(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "OPC_PAUSE=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd
}

// children are the processes of a parent, with their state.
func children(t *testing.T, parent int) (list []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, _ := os.ReadFile(name)
		_, rest, _ := strings.Cut(string(data), ") ")
		if words := strings.Fields(rest); len(words) > 1 && words[1] == strconv.Itoa(parent) {
			list = append(list, words[0])
		}
	}
	return list
}

func TestReaps(t *testing.T) {
	t.Parallel()
	cmd := start(t)
	if len(children(t, cmd.Process.Pid)) == 0 {
		t.Fatal("there is nothing to reap")
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if left := children(t, cmd.Process.Pid); len(left) == 0 {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("children %v are left", left)
		}
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{unix.SIGTERM, unix.SIGINT} {
		cmd := start(t)
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}
