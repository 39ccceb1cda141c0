package compose

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/lock"
)

// withoutLock is a directory without the lock at its top, nor one that is being
// written. The lock is made from what else is there: if "COPY . ." took it along,
// it would be stale as soon as it is written.
type withoutLock struct{ fs.FS }

var (
	_ fs.ReadDirFS  = withoutLock{}
	_ fs.ReadLinkFS = withoutLock{}
	_ fs.StatFS     = withoutLock{}
)

func isLock(name string) bool {
	return name == lock.FileName || strings.HasPrefix(name, lock.FileName+".tmp")
}

func hidden(op, name string) error {
	if isLock(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

func (f withoutLock) Open(name string) (fs.File, error) {
	if err := hidden("open", name); err != nil {
		return nil, err
	}
	file, err := f.FS.Open(name)
	if dir, ok := file.(fs.ReadDirFile); ok && err == nil && name == "." {
		return topDir{dir}, nil
	}
	return file, err
}

// topDir lists a directory without the lock.
type topDir struct{ fs.ReadDirFile }

func (d topDir) ReadDir(n int) ([]fs.DirEntry, error) {
	for {
		list, err := d.ReadDirFile.ReadDir(n)
		list = dropLock(list)
		if len(list) > 0 || n <= 0 || err != nil {
			return list, err
		}
	}
}

func dropLock(list []fs.DirEntry) []fs.DirEntry {
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return isLock(e.Name()) })
}

func (f withoutLock) Stat(name string) (fs.FileInfo, error) {
	if err := hidden("stat", name); err != nil {
		return nil, err
	}
	return fs.Stat(f.FS, name)
}

func (f withoutLock) Lstat(name string) (fs.FileInfo, error) {
	if err := hidden("lstat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(f.FS, name)
}

func (f withoutLock) ReadLink(name string) (string, error) {
	if err := hidden("readlink", name); err != nil {
		return "", err
	}
	return fs.ReadLink(f.FS, name)
}

func (f withoutLock) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(f.FS, name)
	if name == "." {
		list = dropLock(list)
	}
	return list, err
}
