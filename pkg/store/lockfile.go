package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// How often a lock that somebody else holds is tried again.
const (
	firstWait = time.Millisecond
	maxWait   = 25 * time.Millisecond
)

// lockFile opens path and locks it, waiting for whoever has the lock. The file
// it returns is the one that path names: the holder before may have renamed or
// removed the file it had locked, and then lockFile begins again. The lock
// belongs to the open file, so it also holds between goroutines, and it ends
// with the file or the process.
func lockFile(ctx context.Context, path string, flag, how int) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, flag, 0o644)
		if err != nil {
			return nil, err
		}
		if err := lock(ctx, f, how); err != nil {
			f.Close()
			return nil, err
		}
		if current(f, path) {
			return f, nil
		}
		f.Close()
	}
}

// tryLockFile is lockFile for a file that exists; nil when it is locked.
func tryLockFile(path string) *os.File {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	if flock(f, unix.LOCK_EX) != nil || !current(f, path) {
		f.Close()
		return nil
	}
	return f
}

// lock takes the lock, unix.LOCK_SH or unix.LOCK_EX, of an open file.
func lock(ctx context.Context, f *os.File, how int) error {
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		err := flock(f, how)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the lock %s: %w", f.Name(), context.Cause(ctx))
		case <-time.After(wait):
		}
	}
}

// flock tries to take the lock, without waiting.
func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("flock", err)
		}
	}
}

// current reports whether path names the open file f.
func current(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(open, named)
}
