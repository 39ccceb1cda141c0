package preflight

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestGather(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"proc/sys/kernel/osrelease": "5.10.134-18.an8.x86_64\n",
		"proc/sys/kernel/hostname":  "m1\n",
		"etc/os-release":            "NAME=\"Anolis OS\"\n# a comment\nID=\"anolis\"\nVERSION_ID='8.10'\nnothing\n",
		"proc/cpuinfo":              "processor\t: 0\nmodel name\t: x\n\nprocessor\t: 1\n",
		"proc/meminfo":              "MemFree: 1 kB\nMemTotal:       16384 kB\n",
		"proc/swaps":                "Filename\t\tType\t\tSize\n/dev/dm-1  partition 8\n\n/swap file 8\n",
		"proc/net/tcp": "  sl  local_address rem_address   st\n" +
			"   0: 00000000:192B 00000000:0000 0A 0\n   1: 0100007F:0016 0100007F:8000 01 0\n   2: 00000000:0016 00000000:0000 0A 0\n   3: 0:XYZ 0 0A\n",
		"proc/net/tcp6":                    "  sl  local_address\n   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0\n   1: x\n",
		"proc/net/if_inet6":                "fe800000000000000000000000000011 02 40 20 80 eth0\nfd000088000000000000000000000011 02 40 00 80 eth0\n",
		"proc/1/comm":                      "systemd\n",
		"proc/27/comm":                     "firewalld\n",
		"proc/28/comm":                     "systemd\n",
		"proc/29/other":                    "",
		"proc/self/comm":                   "not a process of a number\n",
		"sys/fs/selinux/enforce":           "1",
		"sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
		"etc/opc/files":                    "",
		"etc/kubernetes/admin.conf":        "x",
		"var/lib/etcd/member/wal":          "x",
		"etc/cni/net.d/cni.lock":           "",
		"etc/cni/net.d/10-calico.conflist": "{}",
		"var/log/x":                        "x",
	} {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "var/lib/docker"), 0o755); err != nil {
		t.Fatal(err) // Empty: not counted.
	}
	got, err := Gather(root)
	if err != nil {
		t.Fatal(err)
	}
	want := &Facts{
		Kernel: "5.10.134-18.an8.x86_64", OS: map[string]string{"NAME": "Anolis OS", "ID": "anolis", "VERSION_ID": "8.10"},
		CgroupV2: true, CPUs: 2, Memory: 16 * mib, Swap: []string{"/dev/dm-1", "/swap"}, SELinux: true, Hostname: "m1",
		Listening: []uint16{22, 6443}, IPv6: true, Processes: []string{"firewalld", "systemd"}, Ours: true,
		Found: []string{"/etc/kubernetes/admin.conf", "/var/lib/etcd/member", "/etc/cni/net.d/10-calico.conflist"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Facts{}, "Disks", "Now", "Synchronized")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// Both directories are on one file system.
	if len(got.Disks) != 1 || got.Disks[0].Path != "/var/lib" || got.Disks[0].Total < got.Disks[0].Free {
		t.Errorf("disks: %v", got.Disks)
	}
	if time.Since(got.Now).Abs() > time.Minute {
		t.Errorf("now: %v", got.Now)
	}
}

func TestGatherNothing(t *testing.T) {
	t.Parallel()
	if _, err := Gather(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is /proc mounted?") {
		t.Errorf("%v", err)
	}
}

// TestGatherHere reads this machine, whatever it is.
func TestGatherHere(t *testing.T) {
	t.Parallel()
	f, err := Gather("/")
	if err != nil {
		t.Fatal(err)
	}
	if f.Kernel == "" || f.CPUs < 1 || f.Memory < 100*mib || len(f.Processes) == 0 || len(f.Disks) == 0 {
		t.Errorf("%+v", f)
	}
}

func TestLimited(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "big"), make([]byte, maxFile+5), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := len(gatherer{root}.read("/big")); n != maxFile {
		t.Errorf("read %d bytes", n)
	}
}
