package distribution_test

import (
	"os/exec"
	"strings"
	"testing"
)

// run runs a command in which DIR stands for a directory of its own.
func run(t *testing.T, command []string) {
	t.Helper()
	dir := t.TempDir()
	args := make([]string, len(command)-1)
	for i, arg := range command[1:] {
		args[i] = strings.Replace(arg, "DIR", dir, 1)
	}
	cmd := exec.CommandContext(t.Context(), command[0], args...)
	cmd.Env = append(cmd.Environ(), "HOME="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
}
