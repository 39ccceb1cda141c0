package runner

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

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
