package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
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

// cleanTemp removes the temporary files of processes that are gone.
func (s *Store) cleanTemp() {
	names, _ := filepath.Glob(s.path(ingestDir, tempPrefix+"*"))
	for _, name := range names {
		if f := tryLockFile(name); f != nil {
			os.Remove(name) // if it stays, the next Open tries again
			f.Close()
		}
	}
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: %w: at most %d bytes are", path, ErrTooLarge, limit)
	}
	return data, err
}
