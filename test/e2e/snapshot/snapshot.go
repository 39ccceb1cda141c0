package snapshot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// Snapshot has a line for each thing, by kind and name, and what it is like.
type Snapshot map[string]string

// Take looks at a host that runs.
func Take(ctx context.Context, h *host.Host) (Snapshot, error) {
	s := Snapshot{}
	for _, look := range []func(context.Context, *host.Host) error{s.files, s.units, s.processes, s.mounts, s.network, s.rules, s.settings} {
		if err := look(ctx, h); err != nil {
			return nil, fmt.Errorf("look at %s: %w", h.Name, err)
		}
	}
	return s, nil
}

// Compare lists what is new, gone or other now, but for what passes by itself.
// ignore are beginnings of lines to leave out besides.
func Compare(before, after Snapshot, ignore ...string) []string {
	var list []string
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if begins(name, passing) || begins(name, ignore) {
			continue
		}
		old, was := before[name]
		now, is := after[name]
		switch {
		case !was:
			list = append(list, strings.TrimSpace("new: "+name+" "+now))
		case !is:
			list = append(list, strings.TrimSpace("gone: "+name+" "+old))
		case old != now:
			list = append(list, fmt.Sprintf("changed: %s: %s → %s", name, old, now))
		}
	}
	return list
}

func begins(name string, with []string) bool {
	return slices.ContainsFunc(with, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// passing is what a host at rest changes by itself.
var passing = []string{
	"file /var/log/journal", "file /var/log/wtmp", "file /var/log/lastlog", "file /var/log/btmp", "file /var/log/private",
	"file /var/lib/systemd", "file /var/lib/private/systemd", "file /var/tmp/systemd-private-", "file /var/cache/private",
	"file /etc/.updated", "file /var/.updated", "file /etc/resolv.conf.", "file /var/lib/dbus",
	"unit systemd-tmpfiles-clean", "unit apt-", "unit dpkg-", "unit e2scrub", "unit fstrim", "unit logrotate", "unit man-db",
	"unit user@", "unit user-runtime-dir@", "unit session-", "unit user-", "unit ssh@", "unit systemd-timedated", "unit systemd-hostnamed",
	"unit systemd-logind", "unit systemd-journal", "unit run-user-", "unit dev-", "unit sys-",
	"process sleep", "process systemctl", "process (sd-pam)", "process nsenter", "process agetty",
	"mount /run/user/", "route local fe80::", "route multicast ff00::",
	"setting fs.dentry-state", "setting fs.file-nr", "setting fs.inode-", "setting fs.aio-nr", "setting fs.quota",
	"setting kernel.ns_last_pid", "setting kernel.random.", "setting kernel.pty.nr", "setting kernel.sched_", "setting vm.",
	"setting net.netfilter.nf_conntrack_count", "setting net.ipv4.tcp_fastopen_key", "setting net.netfilter.nf_log",
}
