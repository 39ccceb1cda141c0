package preflight

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// good is a host that nothing is wrong with.
func good() *Facts {
	return &Facts{
		Kernel: "6.6.102-5.2.an23.x86_64", OS: map[string]string{"ID": "anolis", "VERSION_ID": "23", "PRETTY_NAME": "Anolis OS 23"},
		CgroupV2: true, CPUs: 4, Memory: 8 * gib, Hostname: "m1", Listening: []uint16{22}, Processes: []string{"chronyd", "sshd", "systemd"},
		Disks: []Disk{{Path: "/var/lib", Free: 80 * gib, Total: 100 * gib}}, Now: written.AddDate(1, 0, 0), Synchronized: true,
	}
}

func anolis(version, kernel string, v2 bool) func(*Facts, *Settings) {
	return func(f *Facts, _ *Settings) {
		f.OS = map[string]string{"ID": "anolis", "VERSION_ID": version, "PRETTY_NAME": "Anolis OS " + version}
		f.Kernel, f.CgroupV2 = kernel, v2
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*Facts, *Settings)
		want   []string // "name error|warning" of each finding
		text   string   // in text or help of the first
	}{
		"well":                     {func(*Facts, *Settings) {}, nil, ""},
		"OpenAnolis 7.9":           {anolis("7.9", "3.10.0-1160.an7.x86_64", false), []string{"os error", "kernel error", "cgroup error"}, "3.10 or 4.19"},
		"OpenAnolis 7.9, ANCK":     {anolis("7.9", "4.19.91-27.an7.x86_64", false), []string{"os error", "kernel error", "cgroup error"}, "use OpenAnolis 23, or 8.10"},
		"OpenAnolis 8.10 as it is": {anolis("8.10", "5.10.134-18.an8.x86_64", false), []string{"cgroup error"}, "grubby --update-kernel=ALL --args=\"systemd.unified_cgroup_hierarchy=1 cgroup_no_v1=all\""},
		"OpenAnolis 8.10, RHCK":    {anolis("8.10", "4.18.0-553.an8.x86_64", true), []string{"kernel error"}, "ANCK kernel 5.10"},
		"OpenAnolis 8.10, v2":      {anolis("8.10", "5.10.134-18.an8.x86_64", true), nil, ""},
		"CentOS 7":                 {func(f *Facts, _ *Settings) { f.OS = map[string]string{"ID": "centos", "VERSION_ID": "7"} }, []string{"os error"}, "centos 7: its kernel"},
		"no os-release":            {func(f *Facts, _ *Settings) { f.OS = nil }, []string{"os warning"}, "not known"},
		"kernel 5.3":               {func(f *Facts, _ *Settings) { f.Kernel = "5.3.18-lp152"; f.OS = nil }, []string{"os warning", "kernel error"}, ""},
		"kernel 5.14":              {func(f *Facts, _ *Settings) { f.Kernel = "5.14.0-427.el9.x86_64" }, []string{"kernel warning"}, "not one that kubeadm has on its list"},
		"kernel 7":                 {func(f *Facts, _ *Settings) { f.Kernel = "7.0-rc1" }, nil, ""},
		"kernel of somebody":       {func(f *Facts, _ *Settings) { f.Kernel = "mine" }, []string{"kernel warning"}, "not a version"},
		"cgroup v1":                {func(f *Facts, _ *Settings) { f.CgroupV2 = false; f.OS["ID"] = "debian" }, []string{"cgroup error"}, "systemd.unified_cgroup_hierarchy=1 on the kernel's command line"},
		"cgroup v1 allowed":        {func(f *Facts, s *Settings) { f.CgroupV2, s.AllowCgroupV1 = false, true }, []string{"cgroup warning"}, "will drop"},
		"one CPU, node":            {func(f *Facts, s *Settings) { f.CPUs, s.Role = 1, Node }, nil, ""},
		"one CPU, master":          {func(f *Facts, _ *Settings) { f.CPUs = 1 }, []string{"cpu error"}, "a master needs 2"},
		"1 GiB, node":              {func(f *Facts, s *Settings) { f.Memory, s.Role = gib, Node }, nil, ""},
		"1 GiB, master":            {func(f *Facts, _ *Settings) { f.Memory = gib }, []string{"memory error"}, "1024 MiB of memory; a master needs 1621"},
		"swap":                     {func(f *Facts, _ *Settings) { f.Swap = []string{"/dev/sda2", "/swap"} }, []string{"swap warning"}, "/dev/sda2, /swap"},
		"disk full":                {func(f *Facts, _ *Settings) { f.Disks[0].Free = 4 * gib }, []string{"disk error"}, "4.0 GiB left"},
		"disk nearly full":         {func(f *Facts, _ *Settings) { f.Disks[0].Free = 14 * gib }, []string{"disk warning"}, "14 % left"},
		"disk small":               {func(f *Facts, _ *Settings) { f.Disks[0] = Disk{"/", 19 * gib, 20 * gib} }, []string{"disk warning"}, "20 are better"},
		"two disks":                {func(f *Facts, _ *Settings) { f.Disks = []Disk{{"/a", 0, 1}, {"/b", 0, 1}} }, []string{"disk error", "disk error"}, "/a has"},
		"clock of 1970":            {func(f *Facts, _ *Settings) { f.Now = time.Unix(0, 0) }, []string{"clock error"}, "1970-01-01T00:00:00Z, which is in the past"},
		"clock alone":              {func(f *Facts, _ *Settings) { f.Synchronized = false }, []string{"clock warning"}, "chronyd"},
		"localhost":                {func(f *Facts, _ *Settings) { f.Hostname = "localhost.localdomain" }, []string{"hostname error"}, "hostnamectl"},
		"no name":                  {func(f *Facts, _ *Settings) { f.Hostname = "" }, []string{"hostname error"}, ""},
		"capital letters":          {func(f *Facts, _ *Settings) { f.Hostname = "M1.Example.COM" }, nil, ""},
		"underscore":               {func(f *Facts, _ *Settings) { f.Hostname = "m_1" }, []string{"hostname error"}, "letters, digits"},
		"long name":                {func(f *Facts, _ *Settings) { f.Hostname = strings.Repeat("m", 64) }, []string{"hostname error"}, ""},
		"SELinux":                  {func(f *Facts, _ *Settings) { f.SELinux = true }, []string{"selinux error"}, "setenforce 0"},
		"firewalld":                {func(f *Facts, _ *Settings) { f.Processes = []string{"firewalld"} }, []string{"firewall error"}, "open 2379, 2380, 2382, 5000, 6443, 10250, 10257, 10259"},
		"firewalld ignored":        {func(f *Facts, s *Settings) { f.Processes = []string{"firewalld"}; s.Ignore = []string{"firewall"} }, []string{"firewall warning"}, ""},
		"docker runs":              {func(f *Facts, _ *Settings) { f.Processes = []string{"containerd", "dockerd"} }, []string{"runtime error", "runtime error"}, "dockerd runs"},
		"leftovers":                {func(f *Facts, _ *Settings) { f.Found = []string{"/etc/kubernetes/admin.conf", "/var/lib/etcd/member"} }, []string{"runtime error"}, "/etc/kubernetes/admin.conf, /var/lib/etcd/member"},
		"ports of a master":        {func(f *Facts, _ *Settings) { f.Listening = []uint16{80, 5000, 6443} }, []string{"ports error"}, "port 5000, 6443"},
		"another registry port":    {func(f *Facts, s *Settings) { f.Listening = []uint16{5000}; s.RegistryPort = 5001 }, nil, ""},
		"ports of a node":          {func(f *Facts, s *Settings) { f.Listening = []uint16{6443, 10250}; s.Role = Node }, []string{"ports error"}, "port 10250"},
		"two families":             {func(f *Facts, s *Settings) { f.IPv6, s.PodCIDR = true, "10.0.0.0/8,fd00::/48" }, nil, ""},
		"two, and one here":        {func(_ *Facts, s *Settings) { s.PodCIDR = "10.0.0.0/8,fd00::/48" }, []string{"addresses warning"}, "fd00::/8"},
		"a second run": {func(f *Facts, _ *Settings) {
			f.Ours, f.Listening, f.Processes, f.Found = true, []uint16{6443, 10250}, []string{"containerd", "kubelet"}, []string{"/usr/bin/containerd"}
		}, nil, ""},
		"all ignored": {func(f *Facts, s *Settings) { f.CPUs, f.Memory, f.SELinux = 1, gib, true; s.Ignore = []string{"all"} }, []string{"cpu warning", "memory warning", "selinux warning"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s := good(), Settings{Role: Master}
			test.change(f, &s)
			findings := Check(f, s)
			var got []string
			for _, x := range findings {
				word := " warning"
				if x.Error {
					word = " error"
				}
				got = append(got, x.Check+word)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%v", diff, findings)
			}
			if len(findings) > 0 && !strings.Contains(findings[0].Text+"\n"+findings[0].Help, test.text) {
				t.Errorf("%q is not in %q, %q", test.text, findings[0].Text, findings[0].Help)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if names := Names(); len(names) != len(checks) || names[0] != "os" {
		t.Errorf("%v", names)
	}
}
