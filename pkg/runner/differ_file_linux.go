package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/opc-source/opc-image/pkg/layer"
)

// literal is the size up to which content is part of an entry; larger files
// become blobs.
const literal = 8 << 10

// visitFile records a file or symlink that differs from the one below.
func (d *differ) visitFile(name string, info, before fs.FileInfo) (bool, error) {
	full := filepath.Join(d.upper, name)
	mode := info.Mode()
	switch {
	case mode&fs.ModeSocket != 0:
		return false, nil // A socket without its process is nothing.
	case mode&fs.ModeSymlink == 0 && !mode.IsRegular():
		return false, errors.New("a layer cannot hold a device or pipe; remove it at the end of the RUN")
	}
	if mode.IsRegular() && !d.root && mode&0o400 == 0 {
		if err := os.Chmod(full, mode|0o400); err != nil {
			return false, err
		}
	}
	same, err := d.same(name, info, before)
	if err != nil || same {
		return false, err
	}
	if mode&fs.ModeSymlink != 0 {
		e := d.entry(name, layer.Symlink, info, before)
		e.Mode = fs.ModePerm
		e.Link, err = os.Readlink(full)
		d.out = append(d.out, e)
		return true, err
	}
	if err := refuseAttributes(full, true); err != nil {
		return false, err
	}
	e, err := d.regular(name, info, before)
	d.out = append(d.out, e)
	return true, err
}

// regular makes the entry of a file: small content is in it, larger content is
// stored as a blob.
func (d *differ) regular(name string, info, before fs.FileInfo) (layer.Entry, error) {
	full := filepath.Join(d.upper, name)
	e := d.entry(name, layer.File, info, before)
	stat, ok := info.Sys().(*syscall.Stat_t)
	several := ok && stat.Nlink > 1
	var id inode
	if several {
		id = inode{uint64(stat.Dev), stat.Ino}
		d.links[name] = id
		if known, ok := d.known[id]; ok {
			known.Name = name
			return known, nil
		}
	}
	var err error
	if info.Size() <= literal {
		e.Data, err = os.ReadFile(full)
	} else {
		e.Blob, e.Size, err = d.blobs.PutFile(d.ctx, full)
	}
	if several {
		d.known[id] = e
	}
	return e, err
}

// same tells whether a file or symlink is what it was before; times do not
// count, they are set anyway.
func (d *differ) same(name string, info, before fs.FileInfo) (bool, error) {
	if before == nil || info.Mode().Type() != before.Mode().Type() || !sameAttributes(info, before) {
		return false, nil
	}
	lower, upper := filepath.Join(d.lower, name), filepath.Join(d.upper, name)
	if info.Mode()&fs.ModeSymlink != 0 {
		a, err := os.Readlink(lower)
		if err != nil {
			return false, err
		}
		b, err := os.Readlink(upper)
		return a == b, err
	}
	if info.Size() != before.Size() {
		return false, nil
	}
	return sameContent(lower, upper)
}

func sameAttributes(info, before fs.FileInfo) bool {
	a, okA := info.Sys().(*syscall.Stat_t)
	b, okB := before.Sys().(*syscall.Stat_t)
	return okA && okB && a.Uid == b.Uid && a.Gid == b.Gid &&
		info.Mode()&modeBits == before.Mode()&modeBits
}

func sameContent(a, b string) (bool, error) {
	fa, err := os.Open(a)
	if err != nil {
		return false, err
	}
	defer fa.Close()
	fb, err := os.Open(b)
	if err != nil {
		return false, err
	}
	defer fb.Close()
	bufA, bufB := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(fa, bufA)
		m, errB := io.ReadFull(fb, bufB)
		if !bytes.Equal(bufA[:n], bufB[:m]) {
			return false, nil
		}
		for _, err := range []error{errA, errB} {
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return false, err
			}
		}
		if errA != nil {
			return true, nil
		}
	}
}

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
