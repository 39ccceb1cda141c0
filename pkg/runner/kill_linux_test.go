package runner

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leftovers tells what is left of runs in dir: mounts of this process's
// namespace, and programs that were given its name as an argument.
func leftovers(t *testing.T, dir string) string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), dir) {
		return "mounts"
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if b, err := os.ReadFile(line); err == nil && strings.Contains(string(b), dir) {
			return "process " + filepath.Dir(line)
		}
	}
	return ""
}

func waitGone(t *testing.T, dir string) {
	t.Helper()
	for range 250 {
		if leftovers(t, dir) == "" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("left behind: %s", leftovers(t, dir))
}

// firstLine calls found when the first line is written.
type firstLine struct{ found func() }

func (f firstLine) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "started") {
		f.found()
	}
	return len(p), nil
}

func TestCancelKillsAll(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var cancelled time.Time
	_, err := r.Run(ctx, Command{
		Args: Shell("stubborn " + r.session.dir), Position: "Kubefile:4",
		Output: firstLine{func() { cancelled = time.Now(); cancel() }},
	})
	if errors.Is(err, ErrNamespaces) {
		t.Skip(err)
	}
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "Kubefile:4: ") {
		t.Error(err)
	}
	if took := time.Since(cancelled); took > time.Second {
		t.Errorf("it took %v to stop", took)
	}
	waitGone(t, r.session.dir)
}

func TestOrphansEndWithTheProgram(t *testing.T) {
	t.Parallel()
	r := image(t, &memory{})
	began := time.Now()
	if _, out, err := run(t, r, Command{Args: Shell("orphan " + r.session.dir)}); err != nil {
		t.Fatal(err, out)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
	waitGone(t, r.session.dir)
	if _, err := os.Stat(filepath.Join(r.session.dir, runName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the run's directory: %v", err)
	}
}

// victim is a process that is killed during a run.
func victim(dir string) {
	r, err := Open(Options{Dir: dir, Blobs: &memory{}})
	if err == nil {
		var f *os.File
		if f, err = os.Open(os.Getenv("RUNNER_TEST_LAYER")); err == nil {
			err = r.Apply(context.Background(), f)
		}
	}
	if err == nil {
		_, err = r.Run(context.Background(), Command{Args: Shell("write /tmp/x y; stubborn " + dir), Output: os.Stdout})
	}
	fmt.Println("error:", err)
}

func TestKilledParentLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	layer := filepath.Join(t.TempDir(), "layer.tar")
	b := tarball(t, file("bin/sh", 0o755, string(shell(t))), file("tmp/z", 0o644, ""))
	if err := os.WriteFile(layer, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "RUNNER_TEST_VICTIM="+dir, "RUNNER_TEST_LAYER="+layer)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if strings.Contains(line, ErrNamespaces.Error()) {
		_ = cmd.Wait()
		t.Skip(line)
	}
	if line != "started\n" || leftovers(t, dir) == "" {
		t.Errorf("the victim is not at work: %q", line)
	}
	// While it works, another process leaves its directory alone.
	other, err := Open(Options{Dir: dir, Blobs: &memory{}})
	if err != nil {
		t.Fatal(err)
	}
	if n := sessions(t, dir); n != 2 {
		t.Errorf("%d directories, want 2", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	waitGone(t, dir)
	// And now the next one removes it.
	next, err := Open(Options{Dir: dir, Blobs: &memory{}})
	if err != nil {
		t.Fatal(err)
	}
	if n := sessions(t, dir); n != 2 {
		t.Errorf("%d directories, want 2", n)
	}
	if err := errors.Join(other.Close(), next.Close()); err != nil {
		t.Error(err)
	}
	if n := sessions(t, dir); n != 0 {
		t.Errorf("%d directories left", n)
	}
}

func sessions(t *testing.T, dir string) int {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, sessionPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}
