package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/layer"
)

// differ finds what a program changed. It reads either the upper directory of an
// overlay, or a whole tree, which it takes for an upper directory in which each
// directory hides all that was below it. Both give the same entries.
type differ struct {
	ctx    context.Context
	lower  string // the tree before
	upper  string // the changes, or the tree after
	whole  bool   // upper is a whole tree
	time   time.Time
	blobs  Blobs
	owners map[string]owner
	root   bool // owners on disk are those in the image

	out   []layer.Entry
	links map[string]inode      // of the files that have several names
	known map[inode]layer.Entry // what was recorded of such a file
}

// inode tells files from names.
type inode struct{ dev, ino uint64 }

// entries walks the changes and returns them in the order of their names.
func (d *differ) entries() ([]layer.Entry, error) {
	d.links, d.known = map[string]inode{}, map[inode]layer.Entry{}
	if _, err := d.dir(".", true, d.whole); err != nil {
		return nil, fmt.Errorf("collect the changes: %w", err)
	}
	slices.SortFunc(d.out, func(a, b layer.Entry) int { return strings.Compare(a.Name, b.Name) })
	d.hardLinks()
	return d.out, nil
}

// hardLinks makes the second and further names of a file links to its first.
func (d *differ) hardLinks() {
	first := map[inode]string{}
	for i := range d.out {
		e := &d.out[i]
		id, ok := d.links[e.Name]
		if !ok {
			continue
		}
		if name, ok := first[id]; ok {
			e.Kind, e.Link = layer.Hardlink, name
			e.Data, e.Blob, e.Size = nil, "", 0
			continue
		}
		first[id] = e.Name
	}
}

// system tells that a name at the root is not of the image: the program had the
// runner's there. Files that Run put into /etc are not either, unless the image
// has its own, which the program saw hidden and could not change.
func system(name string) bool {
	switch name {
	case "proc", "dev", "sys", "etc/hosts", "etc/resolv.conf":
		return true
	}
	return false
}

// dir visits one directory. below tells that the lower tree has it as well, and
// hides that the lower one's content does not show through. It returns whether
// anything in it changed.
func (d *differ) dir(name string, below, hides bool) (changed bool, err error) {
	if err := d.ctx.Err(); err != nil {
		return false, err
	}
	entries, err := d.readDir(name)
	if err != nil {
		return false, err
	}
	present := map[string]bool{}
	for _, entry := range entries {
		present[entry.Name()] = true
		child := path.Join(name, entry.Name())
		if system(child) {
			continue
		}
		c, err := d.visit(child, entry, below, hides)
		if err != nil {
			return false, fmt.Errorf("%s: %w", child, err)
		}
		changed = changed || c
	}
	if below && hides {
		c, err := d.removed(name, present)
		return changed || c, err
	}
	return changed, nil
}

// readDir lists a directory that may forbid even its owner to look into it.
func (d *differ) readDir(name string) ([]os.DirEntry, error) {
	full := filepath.Join(d.upper, name)
	entries, err := os.ReadDir(full)
	if errors.Is(err, fs.ErrPermission) && !d.root {
		if err = os.Chmod(full, 0o700); err == nil {
			entries, err = os.ReadDir(full)
		}
	}
	return entries, err
}

// visit compares one name with the lower tree and records it when it differs.
func (d *differ) visit(name string, entry os.DirEntry, below, hides bool) (changed bool, err error) {
	info, err := entry.Info()
	if err != nil {
		return false, err
	}
	if strings.HasPrefix(entry.Name(), whiteoutPrefix) {
		return false, fmt.Errorf("a layer cannot hold a name that begins with %q: it means a deleted file", whiteoutPrefix)
	}
	var before fs.FileInfo
	if below {
		if before, err = os.Lstat(filepath.Join(d.lower, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	if isWhiteout(info) {
		if before != nil {
			d.whiteout(name)
		}
		return before != nil, nil
	}
	if info.IsDir() {
		return d.visitDir(name, info, before, hides)
	}
	return d.visitFile(name, info, before)
}
