package runner

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	c := Command{Env: []string{"A=1", "PATH=/opt/bin", "A=2=3", "EMPTY="}}
	want := []string{"HOME=/root", "PATH=/opt/bin", "A=2=3", "EMPTY="}
	if diff := cmp.Diff(want, c.environment()); diff != "" {
		t.Error(diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"RUN make all":      Shell("make all"),
		"RUN first …":       Shell(" first\nsecond\n"),
		"RUN only":          Shell("only\n"),
		"RUN /bin/tool a b": {"/bin/tool", "a", "b"},
		"RUN " + strings.Repeat("é", 80) + " …": Shell(strings.Repeat("é", 81)),
	} {
		if got := (&Command{Args: args}).text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	var last tail
	var all bytes.Buffer
	w := last.tee(&all)
	for i := range 1000 {
		if _, err := w.Write([]byte(strings.Repeat("x", i%50) + "\x1b[1m\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = w.Write([]byte("the end\n\n"))
	lines := strings.Split(last.String(), "\n")
	if len(lines) != tailLines || lines[tailLines-1] != "the end" || strings.Contains(last.String(), "\x1b") {
		t.Errorf("%q", lines)
	}
	if all.Len() < 20_000 || len(last.data) > tailBytes {
		t.Errorf("%d bytes handed on, %d kept", all.Len(), len(last.data))
	}
	if (&tail{}).String() != "" {
		t.Error("an empty tail is not empty")
	}
}

func TestExitErrorText(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]ExitError{
		"exit code 137 (SIGKILL); it printed nothing": {Code: 137, Signal: "SIGKILL"},
		"exit code 2; its last output:\n  one\n  two": {Code: 2, Tail: "one\ntwo"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestCheckPlatform(t *testing.T) {
	t.Parallel()
	binfmt := t.TempDir()
	entry := func(name, text string) {
		if err := os.WriteFile(filepath.Join(binfmt, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	entry("qemu-s390x", "enabled\ninterpreter /usr/bin/qemu-s390x-static\nflags: OCF\n")
	entry("qemu-ppc64le", "enabled\ninterpreter /usr/bin/qemu-ppc64le\nflags: OC\n")
	entry("qemu-riscv64", "disabled\ninterpreter /usr/bin/qemu-riscv64\nflags: F\n")
	for platform, works := range map[string]bool{
		"": true, runtime.GOOS + "/" + runtime.GOARCH: true, "linux/s390x": runtime.GOOS == "linux",
		"linux/ppc64le": false, "linux/riscv64": false, "linux/mips64le": false, "plan9/amd64": false, "a/b/c/d": false,
	} {
		if err := checkPlatform(platform, binfmt); (err == nil) != works {
			t.Errorf("%q: %v", platform, err)
		}
	}
}
