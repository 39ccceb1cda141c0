package host

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// fix is run on each host before anything else. It is about containers that
// stand for machines, and about cgroup v1: the kubelet wants to write to the
// cgroup hierarchies and sees settings that belong to the whole machine, which
// stand-ins take the place of.
const fix = `#!/bin/sh
set -e
mount -o remount,bind,rw /sys/fs/cgroup || mount -o remount,rw /sys/fs/cgroup
for dir in /sys/fs/cgroup/*/; do
	! mountpoint -q "$dir" || mount -o remount,bind,rw "$dir"
done
mkdir -p /run/stand-ins
while read -r name value; do
	echo "$value" >"/run/stand-ins/${name##*/}"
	mount --bind "/run/stand-ins/${name##*/}" "/proc/sys/$name"
done <<SETTINGS
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
SETTINGS
mount --make-rshared /
`

const fixUnit = `[Unit]
Description=make a container look like a machine
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/opc-e2e/fix
`

// network has no way out for IPv6 at all. Addresses are there at once: nobody
// else has them.
const network = `[Match]
Name=host0
[Network]
Address=%s/24
Gateway=%s
[Address]
Address=%s/64
DuplicateAddressDetection=none
`

// personalize makes a copy of the template into one host.
func (h *Host) personalize(key, public []byte) error {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	const units = "etc/systemd/system/"
	files := []struct {
		name, content string
		mode          os.FileMode
	}{
		{"etc/machine-id", hex.EncodeToString(id) + "\n", 0o444},
		{"etc/hostname", h.Name + "\n", 0o644},
		{"etc/hosts", fmt.Sprintf("127.0.0.1 localhost\n::1 localhost\n%s %s\n", h.IP, h.Name), 0o644},
		// Nobody answers there. An address of 127.x would make CoreDNS see a loop.
		{"etc/resolv.conf", "nameserver " + gateway + "\n", 0o644},
		{"etc/systemd/network/10-host0.network", fmt.Sprintf(network, h.IP, gateway, h.IP6()), 0o644},
		{"usr/lib/opc-e2e/fix", fix, 0o755},
		{units + "opc-e2e-fix.service", fixUnit, 0o644},
		{"root/.ssh/id_rsa", string(key), 0o600},
		{"root/.ssh/authorized_keys", string(public), 0o600},
		{"root/.ssh/config", "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n", 0o600},
	}
	for _, file := range files {
		name := filepath.Join(h.Root(), file.name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(file.content), file.mode); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(h.Root(), "root/.ssh"), 0o700); err != nil {
		return err
	}
	for link, target := range map[string]string{
		"sysinit.target.wants/opc-e2e-fix.service":         "/etc/systemd/system/opc-e2e-fix.service",
		"multi-user.target.wants/systemd-networkd.service": "/lib/systemd/system/systemd-networkd.service",
	} {
		name := filepath.Join(h.Root(), units, link)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, name); err != nil && !os.IsExist(err) {
			return err
		}
	}
	return nil
}
