package runner

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// devices are the host's that a program may use.
var devices = [...]string{"null", "zero", "full", "random", "urandom", "tty"}

// Parts of /proc through which root could change the host, and those that could
// tell about it.
var (
	procReadOnly = [...]string{"sys", "sysrq-trigger", "irq", "bus", "fs"}
	procHidden   = [...]string{"kcore", "keys", "timer_list", "kmsg"}
)

const noWay = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

// mountSystem mounts /proc, /dev and /sys. The working directory is the host's
// root directory.
func (s *setup) mountSystem() error {
	for _, dir := range []string{"/proc", "/dev", "/sys"} {
		if err := mountPoint(dir); err != nil {
			return step("make "+dir, err)
		}
	}
	if err := unix.Mount("proc", "/proc", "proc", noWay, ""); err != nil {
		return step("mount /proc", err)
	}
	if err := mountDevices(); err != nil {
		return step("fill /dev", err)
	}
	err := unix.Mount("sysfs", "/sys", "sysfs", noWay|unix.MS_RDONLY, "")
	if err != nil && !errors.Is(err, unix.EPERM) { // Refused with the host's network: do without.
		return step("mount /sys", err)
	}
	return step("protect /proc", protectProc())
}

func mountDevices() error {
	if err := unix.Mount("tmpfs", "/dev", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=755,size=1m"); err != nil {
		return err
	}
	for _, name := range devices {
		file := filepath.Join("/dev", name)
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			return err
		}
		if err := unix.Mount("dev/"+name, file, "", unix.MS_BIND, ""); err != nil {
			return &os.PathError{Op: "bind", Path: file, Err: err}
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, filepath.Join("/dev", name)); err != nil {
			return err
		}
	}
	if err := os.Mkdir("/dev/shm", 0o755); err != nil {
		return err
	}
	return unix.Mount("shm", "/dev/shm", "tmpfs", noWay, "mode=1777,size=64m")
}

// protectProc makes parts of /proc read-only or empty.
func protectProc() error {
	for _, name := range procReadOnly {
		path := filepath.Join("/proc", name)
		if err := bindReadOnly(path, path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, name := range procHidden {
		err := unix.Mount("/dev/null", filepath.Join("/proc", name), "", unix.MS_BIND, "")
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
	return nil
}

// bindReadOnly mounts a file or directory at another place, read-only.
func bindReadOnly(from, to string) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		return &os.PathError{Op: "bind", Path: to, Err: err}
	}
	flags := uintptr(unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY | noWay)
	if err := unix.Mount("", to, "", flags, ""); err != nil {
		return &os.PathError{Op: "remount", Path: to, Err: err}
	}
	return nil
}

// hostsFile makes "localhost" known in any image.
const hostsFile = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n"

// mountNames puts /etc/hosts and /etc/resolv.conf in place. It does so when the
// host's files are out of reach, because these names may be links of the image.
func (s *setup) mountNames() error {
	if err := mountPoint("/etc"); err != nil {
		return step("make /etc", err)
	}
	files := map[string][]byte{"/etc/hosts": []byte(hostsFile), "/etc/resolv.conf": s.Resolv}
	for _, target := range []string{"/etc/hosts", "/etc/resolv.conf"} {
		if err := mountFile(target, files[target]); err != nil {
			return step("provide "+target, err)
		}
	}
	return nil
}

// mountFile shows content at target, without changing the image's file. A link
// to nowhere stays one.
func mountFile(target string, content []byte) error {
	f, err := os.OpenFile(target, os.O_RDONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		f.Close()
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	if info, err := os.Stat(target); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	source := filepath.Join("/dev", ".opc-"+filepath.Base(target))
	if err := os.WriteFile(source, content, 0o644); err != nil {
		return err
	}
	if err := bindReadOnly(source, target); err != nil {
		return err
	}
	return os.Remove(source)
}
