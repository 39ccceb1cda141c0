//go:build linux

package scripts_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestHost runs the scripts on a host that is thrown away: the machine's own
// files under a layer in memory, its own processes and network, settings of the
// kernel that are only files, and programs that only note what they are asked.
// What happens there is in testdata/*.sh, one file a story, run by two shells.
func TestHost(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	stories, err := filepath.Glob("testdata/*.sh")
	if err != nil || len(stories) < 3 {
		t.Fatalf("stories: %v, %v", stories, err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, story := range stories {
		if slices.Contains([]string{"host.sh", "checks.sh", "upgrade-cluster.sh"}, filepath.Base(story)) {
			continue // They are read by others.
		}
		for _, shell := range []string{"dash", "bash"} {
			t.Run(filepath.Base(story)+"/"+shell, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(shell); err != nil {
					t.Skip(err)
				}
				c := exec.CommandContext(t.Context(), "unshare", "--mount", "--pid", "--fork", "--net", "--kill-child",
					"sh", "testdata/host.sh", here, filepath.Base(story), shell)
				c.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}
				out, err := c.CombinedOutput()
				var exit *exec.ExitError
				if errors.As(err, &exit) && exit.ExitCode() == 77 {
					t.Skipf("no such host can be made here: %s", out)
				}
				if err != nil || !strings.Contains(string(out), "STORY ENDED WELL") {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}

// TestShellcheck has the scripts checked by shellcheck.
func TestShellcheck(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip(err)
	}
	names, err := filepath.Glob("*.sh")
	if err != nil || len(names) < 6 {
		t.Fatalf("scripts: %v, %v", names, err)
	}
	stories, err := filepath.Glob("testdata/*.sh")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program, append(names, stories...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestHeads: each script says at its top what it does, by its name.
func TestHeads(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitN(string(text), "\n", 3)
		if len(lines) < 3 || lines[0] != "#!/bin/sh" || !strings.HasPrefix(lines[1], "# ") {
			t.Errorf("%s does not begin with a comment", name)
		}
		if name != "common.sh" && !strings.HasPrefix(strings.TrimPrefix(lines[1], "# "), name) {
			t.Errorf("%s begins with %q", name, lines[1])
		}
	}
}
