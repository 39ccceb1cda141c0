package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"
)

// maxOpenWait is how long Open waits for a Prune of another process.
const maxOpenWait = 30 * time.Second

// layout is the content of the file oci-layout.
const layout = `{"imageLayoutVersion":"` + ocispec.ImageLayoutVersion + `"}`

// Open opens the store in dir. It makes one when dir is missing or empty, and
// refuses a directory that holds something else. It removes what killed
// processes have left, and verifies content whose way to the disk the machine
// did not survive.
func Open(dir string, opts Options) (*Store, error) {
	return open(dir, opts, bootID, maxOpenWait)
}

func open(dir string, opts Options, boot func() string, wait time.Duration) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{dir: dir, readOnly: opts.ReadOnly, noSync: opts.NoSync, bootID: boot}
	isLayout, err := s.inspect()
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	if !s.readOnly {
		err := s.prepare(opts, wait)
		if err != nil && denied(err) && isLayout {
			s.Close()
			s.readOnly = true
		} else if err != nil {
			s.Close()
			return nil, fmt.Errorf("open store: %w", s.writeError(dir, 0, err))
		}
	}
	if s.readOnly && !isLayout {
		return nil, fmt.Errorf("open store %s: %w: there is no OCI image layout", dir, ErrNotFound)
	}
	if s.readOnly {
		s.lockReadOnly()
	}
	return s, nil
}

// inspect reports whether dir is an OCI image layout. It is an error when dir
// has something that does not belong into a store.
func (s *Store) inspect() (bool, error) {
	data, err := readFile(s.path(layoutFile), 4<<10)
	if err == nil {
		if !strings.Contains(string(data), `"imageLayoutVersion"`) {
			return false, fmt.Errorf("%s does not say imageLayoutVersion", layoutFile)
		}
		return true, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, e := range entries {
		switch e.Name() {
		case blobsDir, ingestDir, recipesDir, layersDir, locksDir, madeDir, corruptDir, indexFile:
		default:
			return false, fmt.Errorf("the directory is not empty and no store: it has %q; choose another directory", e.Name())
		}
	}
	return false, nil
}

// prepare makes what is missing, takes the lock, and cleans up.
func (s *Store) prepare(opts Options, wait time.Duration) error {
	for _, d := range []string{filepath.Join(blobsDir, "sha256"), ingestDir, recipesDir, layersDir, locksDir} {
		if err := os.MkdirAll(s.path(d), 0o755); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), wait, ErrInUse)
	defer cancel()
	var err error
	s.lock, err = lockFile(ctx, s.path(locksDir, "store"), os.O_RDWR|os.O_CREATE, unix.LOCK_SH)
	if err != nil {
		return err
	}
	if err := s.createFile(layoutFile, layout); err != nil {
		return err
	}
	if err := s.createFile(indexFile, emptyIndex); err != nil {
		return err
	}
	s.cleanTemp()
	return s.recover(opts.Progress)
}

// createFile writes a file that every store has, unless it is there.
func (s *Store) createFile(name, content string) error {
	if _, err := os.Lstat(s.path(name)); err == nil {
		return nil
	}
	f, err := lockFile(context.Background(), s.path(locksDir, "index"), os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := os.Lstat(s.path(name)); err == nil {
		return nil // another process was faster
	}
	return s.replace(s.path(name), strings.NewReader(content), !s.noSync)
}

// lockReadOnly keeps other processes from pruning, where that can be had.
func (s *Store) lockReadOnly() {
	f, err := os.Open(s.path(locksDir, "store"))
	if err != nil {
		return
	}
	if flock(f, unix.LOCK_SH) != nil {
		f.Close()
		return
	}
	s.lock = f
}
