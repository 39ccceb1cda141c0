package runner

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// copyTree copies directories, files and symlinks from one directory into
// another that exists, with modes, owners (for root) and times. Hard links
// become files of their own, as an overlay treats them.
func copyTree(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(source string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, source)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return copyOne(source, filepath.Join(to, name), info)
	})
}

func copyOne(source, target string, info fs.FileInfo) error {
	var err error
	switch {
	case info.IsDir():
		if err = os.Mkdir(target, 0o700); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	case info.Mode()&fs.ModeSymlink != 0:
		var link string
		if link, err = os.Readlink(source); err == nil {
			err = os.Symlink(link, target)
		}
	case info.Mode().IsRegular():
		err = copyFile(source, target)
	}
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		if err := os.Lchown(target, int(stat.Uid), int(stat.Gid)); err != nil {
			return err
		}
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil
	}
	if err := os.Chmod(target, info.Mode()&modeBits); err != nil {
		return err
	}
	return os.Chtimes(target, info.ModTime(), info.ModTime())
}

func copyFile(source, target string) error {
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in) // A reflink or copy in the kernel where it can.
	return errors.Join(err, out.Close())
}
