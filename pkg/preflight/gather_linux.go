package preflight

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// maxFile bounds the files that are read, in bytes.
const maxFile = 4 << 20

// foreign are patterns of files that container runtimes and clusters have or
// leave. Of /etc/cni/net.d just what a runtime would take for a network counts:
// sealer itself leaves a lock file there when it loads an image.
var foreign = []string{
	"/usr/bin/containerd", "/usr/bin/dockerd", "/usr/bin/crio", "/usr/bin/runc", "/usr/local/bin/containerd", "/usr/local/bin/k3s",
	"/usr/bin/kubelet", "/usr/local/bin/kubelet", "/etc/kubernetes/admin.conf", "/etc/kubernetes/kubelet.conf", "/etc/kubernetes/manifests/etcd.yaml",
	"/var/lib/etcd/member", "/var/lib/docker", "/etc/containerd/config.toml",
	"/etc/cni/net.d/*.conf", "/etc/cni/net.d/*.conflist", "/etc/cni/net.d/*.json",
}

// Gather reads the facts of the host whose files are under root, "/" for this
// one. What cannot be read is left empty; only a host without /proc is an error.
func Gather(root string) (*Facts, error) {
	g := gatherer{root}
	release := strings.TrimSpace(g.read("/proc/sys/kernel/osrelease"))
	if release == "" {
		return nil, fmt.Errorf("%s has no /proc/sys/kernel/osrelease: is /proc mounted?", root)
	}
	f := &Facts{
		Kernel:    release,
		OS:        osRelease(g.read("/etc/os-release")),
		CPUs:      strings.Count("\n"+g.read("/proc/cpuinfo"), "\nprocessor"),
		Memory:    memory(g.read("/proc/meminfo")),
		SELinux:   strings.TrimSpace(g.read("/sys/fs/selinux/enforce")) == "1",
		Hostname:  strings.TrimSpace(g.read("/proc/sys/kernel/hostname")),
		Swap:      firstFields(g.read("/proc/swaps"), 1),
		Listening: listening(g.read("/proc/net/tcp") + g.read("/proc/net/tcp6")),
		IPv6:      globalIPv6(g.read("/proc/net/if_inet6")),
		Processes: g.processes(),
		CgroupV2:  g.exists("/sys/fs/cgroup/cgroup.controllers"),
		Ours:      g.exists("/etc/opc/files"),
	}
	for _, pattern := range foreign {
		f.Found = append(f.Found, g.glob(pattern)...)
	}
	f.Disks = g.disks("/var/lib", "/var/log")
	f.Now = time.Now()
	var clock unix.Timex
	if state, err := unix.Adjtimex(&clock); err == nil {
		f.Synchronized = state != unix.TIME_ERROR && clock.Status&unix.STA_UNSYNC == 0
	}
	return f, nil
}

type gatherer struct{ root string }

func (g gatherer) path(name string) string { return filepath.Join(g.root, name) }

func (g gatherer) exists(name string) bool {
	_, err := os.Lstat(g.path(name))
	return err == nil
}

// glob lists what a pattern matches, but for empty directories.
func (g gatherer) glob(pattern string) []string {
	matches, err := filepath.Glob(g.path(pattern))
	if err != nil {
		return nil
	}
	var names []string
	for _, match := range matches {
		if entries, err := os.ReadDir(match); err == nil && len(entries) == 0 {
			continue
		}
		if name, err := filepath.Rel(g.root, match); err == nil {
			names = append(names, "/"+name)
		}
	}
	return names
}

func (g gatherer) read(name string) string {
	f, err := os.Open(g.path(name))
	if err != nil {
		return ""
	}
	defer f.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(&limited{f, maxFile})
	return b.String()
}

// processes gives the names of what runs.
func (g gatherer) processes() []string {
	entries, err := os.ReadDir(g.path("/proc"))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err == nil {
			if name := strings.TrimSpace(g.read("/proc/" + e.Name() + "/comm")); name != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// disks tells of the file systems under paths, each once.
func (g gatherer) disks(paths ...string) []Disk {
	var all []Disk
	seen := map[unix.Fsid]bool{}
	for _, path := range paths {
		var s unix.Statfs_t
		if err := unix.Statfs(g.path(path), &s); err != nil || seen[s.Fsid] && s.Fsid != (unix.Fsid{}) {
			continue
		}
		seen[s.Fsid] = true
		all = append(all, Disk{Path: path, Free: int64(s.Bavail) * s.Bsize, Total: int64(s.Blocks) * s.Bsize})
	}
	return all
}

// listening reads /proc/net/tcp: the address is the second field, its port in
// hexadecimal after a colon; 0A is the state LISTEN.
func listening(table string) []uint16 {
	var ports []uint16
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[3] != "0A" {
			continue
		}
		_, port, _ := strings.Cut(fields[1], ":")
		if b, err := hex.DecodeString(port); err == nil && len(b) == 2 {
			ports = append(ports, uint16(b[0])<<8|uint16(b[1]))
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}
