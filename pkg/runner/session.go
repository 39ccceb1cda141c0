package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// session is a directory of one process. It holds a lock on a file in it for as
// long as it lives, so that another process can tell it from a leftover.
type session struct {
	dir  string
	lock *os.File
}

const (
	sessionPrefix = "opc-run-"
	lockName      = "lock"
)

// openSession makes a session in dir. A lock on dir itself keeps others from
// taking the new one for a leftover before it is locked.
func openSession(dir string) (*session, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	gate, err := lockFile(filepath.Join(dir, lockName), true)
	if err != nil {
		return nil, err
	}
	defer gate.Close()
	if err := sweep(dir); err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(dir, sessionPrefix)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(path, lockName), false)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	return &session{dir: path, lock: lock}, nil
}

// sweep removes sessions whose process is gone.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), sessionPrefix) {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		lock, err := lockFile(filepath.Join(path, lockName), false)
		if err != nil {
			continue // Somebody's, at work.
		}
		err = removeTree(path)
		lock.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) close() error {
	err := removeTree(s.dir)
	s.lock.Close()
	return err
}

// removeTree removes a tree in which directories may forbid their owner to look
// into them or change them.
func removeTree(path string) error {
	if err := os.RemoveAll(path); err == nil {
		return nil
	}
	_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			_ = os.Chmod(name, 0o700)
		}
		return nil
	})
	return os.RemoveAll(path)
}
