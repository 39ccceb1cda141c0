package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// isWhiteout recognises the device 0:0, with which an overlay marks a deleted
// name.
func isWhiteout(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&fs.ModeCharDevice != 0 && stat.Rdev == 0
}

// isOpaque recognises the mark of a directory that hides the one below it.
func isOpaque(path string) bool {
	value := make([]byte, 1)
	for _, name := range []string{"trusted.overlay.opaque", "user.overlay.opaque"} {
		if n, err := unix.Lgetxattr(path, name, value); err == nil && n == 1 && value[0] == 'y' {
			return true
		}
	}
	return false
}

// refuseAttributes fails for extended attributes that a layer would lose and the
// program relies on, such as file capabilities.
func refuseAttributes(path string, changed bool) error {
	if !changed {
		return nil
	}
	list := make([]byte, 64<<10)
	n, err := unix.Llistxattr(path, list)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("extended attributes: %w", err)
	}
	for name := range strings.SplitSeq(string(list[:n]), "\x00") {
		switch {
		case name == "", name == "security.selinux",
			strings.HasPrefix(name, "trusted.overlay."), strings.HasPrefix(name, "user.overlay."):
		default:
			return fmt.Errorf("the extended attribute %s cannot be kept in a layer; set it on the hosts instead", name)
		}
	}
	return nil
}
