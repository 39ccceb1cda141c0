package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sync brings everything that was stored to the disk. Tag does so by itself.
//
// No blob is synced by itself: that costs a wait for the disk each. Instead a
// marker, which is on the disk before the first blob gets its name, says that
// there are writes the disk may not have, and of which boot of the machine. Sync
// removes it. A store that has a marker of an earlier boot is verified when it is
// opened, as far as it was written since the marker.
func (s *Store) Sync(ctx context.Context) error {
	if s.noSync || s.readOnly {
		return nil
	}
	s.mu.Lock()
	done := s.deadMarkers()
	if s.marker != nil {
		done = append(done, s.marker)
	}
	s.marker = nil // what is stored from now on needs a new one
	s.mu.Unlock()
	defer func() {
		for _, f := range done {
			f.Close()
		}
	}()
	if len(done) == 0 {
		return nil
	}
	if err := syncFilesystem(s.dir); err != nil {
		return fmt.Errorf("sync store %s: %w", s.dir, err) // the markers stay
	}
	for _, f := range done {
		if err := os.Remove(f.Name()); err != nil {
			return fmt.Errorf("sync store: %w", err)
		}
	}
	return ctx.Err()
}

// publish gives the file temp its name, for good or for as long as no
// power failure comes before Sync.
func (s *Store) publish(temp *os.File, name string) error {
	startWriteback(temp)
	s.mu.RLock()
	for s.marker == nil {
		s.mu.RUnlock()
		if err := s.mark(); err != nil {
			return err
		}
		s.mu.RLock()
	}
	defer s.mu.RUnlock()
	// After the marker, so that recover finds the file by its time.
	now := time.Now()
	if err := os.Chtimes(temp.Name(), now, now); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

// mark makes the marker, or takes over that of a process which is gone.
func (s *Store) mark() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.marker != nil {
		return nil
	}
	if dead := s.deadMarkers(); len(dead) > 0 {
		s.marker = dead[0]
		for _, f := range dead[1:] {
			f.Close()
		}
		return nil
	}
	f, err := s.tempFile(s.path(locksDir, dirtyPrefix))
	if err != nil {
		return err
	}
	_, err = f.WriteString(s.bootID() + "\n")
	if err == nil && !s.noSync {
		err = syncFileAndDir(f)
	}
	if err != nil {
		f.Close()
		return s.writeError(f.Name(), 0, err)
	}
	s.marker = f
	return nil
}

// deadMarkers locks the markers of this boot whose processes are gone. What
// those wrote is in the page cache, and still to be synced.
func (s *Store) deadMarkers() []*os.File {
	boot := s.bootID()
	var dead []*os.File
	for _, m := range s.markers() {
		if m.boot != boot || boot == "" {
			continue // recover deals with it
		}
		if f := tryLockFile(m.path); f != nil {
			dead = append(dead, f)
		}
	}
	return dead
}

// marker is a marker file as found.
type marker struct {
	path string
	boot string
	info os.FileInfo
}

// markers lists the markers of all processes.
func (s *Store) markers() []marker {
	paths, _ := filepath.Glob(s.path(locksDir, dirtyPrefix+"*"))
	var list []marker
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue // removed by its process
		}
		data, _ := readFile(path, 4<<10)
		list = append(list, marker{path, strings.TrimSpace(string(data)), info})
	}
	return list
}

// syncFileAndDir waits until a new file and its name are on the disk.
func syncFileAndDir(f *os.File) error {
	if err := f.Sync(); err != nil {
		return err
	}
	return syncDir(filepath.Dir(f.Name()))
}
