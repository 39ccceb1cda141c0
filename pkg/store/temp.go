package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// tempFile makes a new locked file whose name begins with prefix.
func (s *Store) tempFile(prefix string) (*os.File, error) {
	f, err := lockFile(context.Background(), prefix+rand.Text(), os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return nil, s.writeError(prefix, 0, err)
	}
	return f, nil
}

// drop removes an open temporary file. It is called when there is an error to
// report already, so it has none: what it leaves, the next Open cleans up.
func drop(f *os.File) {
	os.Remove(f.Name())
	f.Close()
}

// replace writes a file so that a reader finds the old one or the new one. With
// synced the new one is on the disk when replace returns.
func (s *Store) replace(path string, content io.WriterTo, synced bool) error {
	f, err := s.tempFile(s.path(ingestDir, tempPrefix))
	if err != nil {
		return err
	}
	n, err := content.WriteTo(f)
	if err == nil && synced {
		err = f.Sync()
	}
	if err == nil && synced {
		err = os.Rename(f.Name(), path)
	} else if err == nil {
		err = s.publish(f, path)
	}
	if err != nil {
		drop(f)
		return s.writeError(path, n, err)
	}
	if err := f.Close(); err != nil || !synced {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir waits until the names in a directory are on the disk.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// remove removes a file that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
