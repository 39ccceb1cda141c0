package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// discard frees the space of a directory. Its files are emptied and put aside,
// and removed when the bench ends: ext4 looks for a long time for an inode that
// was not deleted lately, and whoever comes next would pay for it.
func (b *bench) discard(dir string) error {
	b.discarded++
	aside := filepath.Join(b.dir, fmt.Sprintf("discarded-%d", b.discarded))
	if err := os.Rename(dir, aside); err != nil {
		return err
	}
	return filepath.WalkDir(aside, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return os.Truncate(path, 0)
	})
}
