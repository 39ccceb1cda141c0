package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// What callers may test for with errors.Is. A full disk is a [*SpaceError].
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("already in the store")
	ErrReadOnly = errors.New("store is read-only")
	ErrCorrupt  = errors.New("content does not match its digest or size")
	ErrInUse    = errors.New("store is in use by another process")
	ErrTooLarge = errors.New("larger than allowed")
)

// SpaceError is returned when the file system of the store is full. It matches
// the system's error, ENOSPC or EDQUOT.
type SpaceError struct {
	Path string // what was being written
	Need int64  // bytes that were still to be written; 0: not known
	Free int64  // bytes that are free
	Err  error
}

// Error implements error.
func (e *SpaceError) Error() string {
	need := "more space"
	if e.Need > 0 {
		need = fmt.Sprintf("%d bytes more", e.Need)
	}
	return fmt.Sprintf("write %s: %v: need %s, %d are free; free some space, prune the store, or put it on another disk",
		e.Path, e.Err, need, e.Free)
}

// Unwrap returns the error of the system.
func (e *SpaceError) Unwrap() error { return e.Err }

// writeError says what a failed write means. need is how many bytes were to be
// written, 0 when that is not known.
func (s *Store) writeError(path string, need int64, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		free, _ := s.Free() // 0 is what a full disk says too
		return &SpaceError{Path: path, Need: need, Free: free, Err: cause(err)}
	case denied(err):
		return fmt.Errorf("%s: %w: %w", s.dir, ErrReadOnly, err)
	}
	return err
}

// cause is the error of the system, without the path that is named anyway.
func cause(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// denied reports whether err says that nothing may be written.
func denied(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission)
}

// writable returns an error when nothing may be written to the store.
func (s *Store) writable() error {
	if s.readOnly {
		return fmt.Errorf("%s: %w; check its permissions and mount, or choose another store", s.dir, ErrReadOnly)
	}
	return nil
}
