//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asKubeadm makes this test program the step, on a host whose kubeadm is a
// script; see TestMain.
const asKubeadm = "OPC_KUBEADM_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asKubeadm) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func program(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestHostRuns(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	script := program(t, "kubeadm", "#!/bin/sh\necho \"out $*\"\necho why >&2\nexit ${1:-0}\n")
	if out, err := (host{}).Output(ctx, script, nil); err != nil || out != "out \n" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := (host{}).Output(ctx, script, []string{"3"}); err == nil || err.Error() != "exit status 3: why" {
		t.Errorf("%v", err)
	}
	var exit *exec.ExitError
	if err := (host{}).Run(ctx, script, []string{"4"}); !errors.As(err, &exit) || exit.ExitCode() != 4 {
		t.Errorf("%v", err)
	}
	if err := (host{}).Become(filepath.Join(t.TempDir(), "none"), nil); err == nil || !strings.Contains(err.Error(), "none: no such file") {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := (host{}).Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestHostEndsKubeadm: who ends the step ends kubeadm, and not by force.
func TestHostEndsKubeadm(t *testing.T) {
	t.Parallel()
	ended := filepath.Join(t.TempDir(), "ended")
	script := program(t, "kubeadm", "#!/bin/sh\ntrap 'echo yes >"+ended+"; exit 1' TERM\nwhile :; do sleep 0.05; done\n")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := (host{}).Run(ctx, script, nil); err == nil {
		t.Error("it ended well")
	}
	if _, err := os.Stat(ended); err != nil {
		t.Error(err)
	}
}

// TestConvert shows what would become of a configuration, by the program's own
// name.
func TestConvert(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "opc-kubeadm")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	patch := program(t, "patch.yaml", "kind: InitConfiguration\nnodeRegistration: {name: x}\n")
	config := program(t, "config.yaml", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n")
	wrong := program(t, "wrong.yaml", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nnodeName: x\n")
	for _, test := range []struct {
		args []string
		want string
		ok   bool
	}{
		{[]string{"convert", config, patch}, "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration:\n  name: x\n", true},
		{[]string{"convert", wrong}, wrong + ": document 1 (InitConfiguration): nodeName: ", false},
		{[]string{"convert", wrong + "x"}, "no such file", false},
		{[]string{"convert", config, wrong + "x"}, "no such file", false},
		{[]string{"convert", config, wrong}, "patches are written for", false},
		{nil, "usage: opc-kubeadm convert", false},
	} {
		c := exec.CommandContext(t.Context(), link, test.args...)
		c.Env = []string{asKubeadm + "=1"}
		out, err := c.CombinedOutput()
		if (err == nil) != test.ok || !strings.Contains(string(out), test.want) {
			t.Errorf("%v: %v\n%s", test.args, err, out)
		}
	}
}
