package store

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/opc-source/opc-image/pkg/progress"
)

// slack is how much older than the marker a file written after it may look,
// because the clock was set.
const slack = 10 * time.Minute

// recover verifies what was written since the oldest marker of an earlier boot,
// and drops what the disk does not have as it was written.
func (s *Store) recover(report progress.Func) error {
	if len(s.staleMarkers()) == 0 {
		return nil
	}
	ctx := context.Background()
	f, err := lockFile(ctx, s.path(locksDir, "recover"), os.O_RDWR|os.O_CREATE, unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer f.Close()
	stale := s.staleMarkers() // another process may have done it meanwhile
	if len(stale) == 0 {
		return nil
	}
	since := stale[0].info.ModTime()
	for _, m := range stale {
		if m.info.ModTime().Before(since) {
			since = m.info.ModTime()
		}
	}
	if err := s.dropDamaged(ctx, since.Add(-slack), report); err != nil {
		return fmt.Errorf("verify what was written before the machine went down: %w", err)
	}
	if err := syncFilesystem(s.dir); err != nil {
		return err
	}
	for _, m := range stale {
		if err := remove(m.path); err != nil {
			return err
		}
	}
	return nil
}

// staleMarkers lists the markers of earlier boots.
func (s *Store) staleMarkers() []marker {
	boot := s.bootID()
	var stale []marker
	for _, m := range s.markers() {
		if m.boot == boot && boot != "" {
			continue
		}
		// A process that is alive belongs to this boot whatever its marker says:
		// it has made the marker and not written to it yet.
		if f := tryLockFile(m.path); f != nil {
			f.Close()
			stale = append(stale, m)
		}
	}
	return stale
}

// dropDamaged verifies what was written since then and removes what is bad.
func (s *Store) dropDamaged(ctx context.Context, since time.Time, report progress.Func) error {
	blobs, err := s.blobFiles()
	if err != nil {
		return err
	}
	recent := blobs[:0]
	for _, b := range blobs {
		if !b.modTime.Before(since) {
			recent = append(recent, b)
		}
	}
	bad, err := verifyBlobs(ctx, recent, report)
	if err != nil {
		return err
	}
	for _, b := range bad {
		if err := remove(b.path); err != nil {
			return err
		}
		if err := s.forget(b.dgst); err != nil {
			return err
		}
	}
	recipes, err := s.recipeFiles()
	if err != nil {
		return err
	}
	for _, recipe := range recipes {
		if s.verifyRecipe(recipe) == nil {
			continue
		}
		if err := remove(s.recipePath(recipe)); err != nil {
			return err
		}
	}
	return s.dropDamagedRecords()
}

// dropDamagedRecords removes records that cannot be read or lead nowhere.
func (s *Store) dropDamagedRecords() error {
	layers, err := s.layerFiles()
	if err != nil {
		return err
	}
	for _, dgst := range layers {
		rec, err := readRecord(s.layerPath(dgst))
		if err == nil {
			_, err = os.Stat(s.recipePath(rec.dgst))
		}
		if err == nil {
			continue
		}
		if err := remove(s.layerPath(dgst)); err != nil {
			return err
		}
	}
	return nil // a memo is checked whenever it is used
}
