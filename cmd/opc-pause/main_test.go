//go:build linux

package main

import (
	"bufio"
	"os"
	"os/exec"
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
	// A process whose parent ends at once.
	orphan, err := exec.Command("/bin/sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!").Output()
	if err != nil {
		panic(err)
	}
	signals := listen()
	os.Stdout.Write(orphan)
	hold(signals)
}

// start starts opc-pause and gives the process that it has adopted.
func start(t *testing.T) (cmd *exec.Cmd, orphan int) {
	t.Helper()
	cmd = exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "OPC_PAUSE=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if orphan, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Kill(orphan, unix.SIGKILL)
		cmd.Process.Kill()
	})
	return cmd, orphan
}

// parent is the parent of a process; 0 when there is no such process, not even a
// dead one that waits for somebody to take its status.
func parent(pid int) int {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	if words := strings.Fields(rest); len(words) > 1 {
		n, _ := strconv.Atoi(words[1])
		return n
	}
	return 0
}

func TestReaps(t *testing.T) {
	t.Parallel()
	cmd, orphan := start(t)
	if p := parent(orphan); p != cmd.Process.Pid {
		t.Fatalf("the parent of %d is %d, not %d", orphan, p, cmd.Process.Pid)
	}
	if err := unix.Kill(orphan, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); parent(orphan) == cmd.Process.Pid; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a dead process is left")
		}
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{unix.SIGTERM, unix.SIGINT} {
		cmd, _ := start(t)
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}
