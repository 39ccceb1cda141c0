package lock

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// partSuffix is appended to the name of a lock file that is being written.
const partSuffix = ".tmp"

// WriteFile writes a lock beside its final place and renames it, so that a
// reader sees the old file or the new one. What a killed process left of its
// own attempt is used up. A file that would not change is left alone.
func WriteFile(path string, l *Lock) error {
	data, err := Encode(l)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	f, err := openPart(path + partSuffix)
	if err != nil {
		return fmt.Errorf("write lock: %w", err)
	}
	if err = fill(f, data); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write lock %s: %w", path, err)
	}
	return nil
}

func fill(f *os.File, data []byte) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Write(data)
	return errors.Join(err, f.Chmod(0o644), f.Sync())
}

// openPart opens the unfinished file for this process alone. Whoever had it
// before may have renamed it while we waited; then there is another one to open.
func openPart(name string) (*os.File, error) {
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		ours, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, err
		}
		if now, err := os.Stat(name); err == nil && os.SameFile(ours, now) {
			return f, nil
		}
		f.Close()
	}
}
