package host

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCgroupParents(t *testing.T) {
	t.Parallel()
	got := cgroupParents([]byte("9:name=systemd:/\n4:memory:/box/17\n2:cpu,cpuacct:/\nbroken\n"))
	want := []string{"/sys/fs/cgroup/systemd", "/sys/fs/cgroup/memory/box/17", "/sys/fs/cgroup/cpu,cpuacct"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer cmd.Process.Kill()
	p, err := find(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if !p.alive() || first(p.PID) {
		t.Errorf("%+v is alive, and not the first of a PID namespace", p)
	}
	if p.ended(10 * time.Millisecond) {
		t.Error("it has not ended")
	}
	other := process{PID: p.PID, Start: p.Start + "1"}
	if other.alive() {
		t.Error("another process that had the number before is not alive")
	}
	if err := other.signal(9); err != nil || !p.alive() {
		t.Errorf("a signal to the other one met this one (%v)", err)
	}
	if err := p.signal(9); err != nil {
		t.Error(err)
	}
	if !p.ended(10 * time.Second) { // A zombie counts as ended.
		t.Error("it has not ended after SIGKILL")
	}
	cmd.Wait()
	if (process{}).alive() {
		t.Error("no process is alive")
	}
}

func TestPersonalize(t *testing.T) {
	t.Parallel()
	h := &Host{Name: "s1", IP: "10.88.0.11", dir: t.TempDir()}
	for range 2 { // It may be done again.
		if err := h.personalize([]byte("secret"), []byte("public")); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"etc/hosts":                            "10.88.0.11 s1\n",
		"etc/systemd/network/10-host0.network": "Address=10.88.0.11/24\nGateway=10.88.0.1\n[Address]\nAddress=fd00:88::11/64\n",
		"root/.ssh/authorized_keys":            "public",
	} {
		if got, err := os.ReadFile(filepath.Join(h.Root(), name)); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %q, %v; it has no %q", name, got, err, want)
		}
	}
	if info, err := os.Stat(filepath.Join(h.Root(), "root/.ssh/id_rsa")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
}

// TestOneNetwork: hosts that boot at the same time find the same network.
func TestOneNetwork(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	s := &Site{Name: "t", dir: t.TempDir()}
	defer closeNetwork(s.network())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := s.openNetwork(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

func TestSiteRefuses(t *testing.T) {
	t.Parallel()
	s := &Site{Name: "x", dir: t.TempDir(), hosts: []*Host{{Name: "s1", IP: "10.88.0.11"}}}
	for _, c := range [][2]string{{"s1", "10.88.0.12"}, {"s2", "10.88.0.11"}, {"../s2", "10.88.0.12"}, {"", "10.88.0.12"}} {
		if _, err := s.Add(context.Background(), "/nowhere", c[0], c[1]); err == nil {
			t.Errorf("a host %q with %s was added", c[0], c[1])
		}
	}
	if _, err := s.Host("s9"); err == nil {
		t.Error("there is no s9")
	}
}

func TestEnoughWatches(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "setting")
	for before, after := range map[string]string{"128\n": "8192", "8192\n": "8192\n", "100000\n": "100000\n"} {
		if err := os.WriteFile(file, []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := enoughWatches(file); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != after {
			t.Errorf("%q became %q, not %q (%v)", before, got, after, err)
		}
	}
	if err := enoughWatches(file + ".missing"); err == nil {
		t.Error("a missing setting is no error")
	}
}
