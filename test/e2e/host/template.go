package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// suite and packages are what a host is made of. openssh is for a sealer that
// runs on them; the harness does not need it.
const suite = "bookworm"

var packages = []string{"systemd", "systemd-sysv", "dbus", "iproute2", "openssh-server", "openssh-client", "procps", "kmod", "hostname"}

// Template is a Debian root file system below dir that hosts are copied from.
// It is made once, from a Debian mirror: that is the only thing that needs one.
func Template(ctx context.Context, dir, mirror string) (string, error) {
	sum := sha256.Sum256([]byte(suite + strings.Join(packages, ",")))
	root := filepath.Join(dir, suite+"-"+hex.EncodeToString(sum[:4]))
	if _, err := os.Stat(root); err == nil {
		return root, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	part, err := os.MkdirTemp(dir, "part-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(part)
	if err := os.Chmod(part, 0o755); err != nil {
		return "", err
	}
	args := []string{"--variant=minbase", "--include=" + strings.Join(packages, ","), suite, part}
	if mirror != "" {
		args = append(args, mirror)
	}
	if out, err := exec.CommandContext(ctx, "debootstrap", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("make a Debian root with debootstrap (apt-get install debootstrap): %w\n%s", err, tail(out))
	}
	// What identifies a machine is made for each host.
	for _, name := range []string{"etc/machine-id", "var/lib/dbus/machine-id", "etc/hostname", "etc/resolv.conf"} {
		if err := os.RemoveAll(filepath.Join(part, name)); err != nil {
			return "", err
		}
	}
	for _, name := range []string{"var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"} {
		if err := os.RemoveAll(filepath.Join(part, name)); err != nil {
			return "", err
		}
	}
	return root, os.Rename(part, root)
}

// tail is the end of a program's output.
func tail(out []byte) string {
	const limit = 2000
	if len(out) > limit {
		out = out[len(out)-limit:]
	}
	return strings.TrimSpace(string(out))
}
