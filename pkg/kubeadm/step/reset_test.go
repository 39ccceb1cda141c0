package step

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestResetAccepted asks the kubeadm programs named by KUBEADM_BINARIES (a list
// like PATH) whether they take the configuration of a reset.
func TestResetAccepted(t *testing.T) {
	t.Parallel()
	programs := filepath.SplitList(os.Getenv("KUBEADM_BINARIES"))
	if len(programs) == 0 {
		t.Skip("KUBEADM_BINARIES names no kubeadm programs")
	}
	name := filepath.Join(t.TempDir(), "reset.yaml")
	put(t, name, resetConfig)
	for _, program := range programs {
		if out, err := exec.CommandContext(t.Context(), program, "config", "validate", "--config", name).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", program, err, out)
		}
	}
}

// resetHost looks at the configuration while kubeadm would.
type resetHost struct {
	fakeHost
	text string
}

func (h *resetHost) Run(_ context.Context, _ string, args []string) error {
	text, err := os.ReadFile(args[len(args)-1][len("--config="):])
	h.text = string(text)
	return err
}

// TestResetFile: it is there for kubeadm, and gone afterwards.
func TestResetFile(t *testing.T) {
	t.Parallel()
	root, h := t.TempDir(), &resetHost{}
	s := Step{Host: h, Root: root}
	if err := s.Main(t.Context(), []string{"reset", "-f", "-v", "0"}); err != nil {
		t.Fatal(err)
	}
	if h.text != resetConfig {
		t.Errorf("kubeadm reads %q", h.text)
	}
	if _, err := os.Stat(filepath.Join(root, resetFile)); !os.IsNotExist(err) {
		t.Errorf("the file is left: %v", err)
	}
}
