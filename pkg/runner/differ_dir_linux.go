package runner

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/opc-source/opc-image/pkg/layer"
)

// visitDir records a directory when it differs, or when something in it does: a
// layer that brings a file tells the attributes of the directories above it.
func (d *differ) visitDir(name string, info, before fs.FileInfo, hides bool) (bool, error) {
	changed := before == nil || !before.IsDir() || !sameAttributes(info, before)
	if err := refuseAttributes(filepath.Join(d.upper, name), changed); err != nil {
		return false, err
	}
	hides = hides || isOpaque(filepath.Join(d.upper, name))
	inside, err := d.dir(name, before != nil && before.IsDir(), hides)
	if err != nil {
		return false, err
	}
	if name == "etc" && before == nil && !inside {
		return false, nil // Made for what Run puts into it.
	}
	if changed || inside {
		d.out = append(d.out, d.entry(name, layer.Dir, info, before))
	}
	return changed || inside, nil
}

// removed records whiteouts for names of a lower directory that are gone.
func (d *differ) removed(name string, present map[string]bool) (bool, error) {
	entries, err := os.ReadDir(filepath.Join(d.lower, name))
	changed := false
	for _, entry := range entries {
		child := path.Join(name, entry.Name())
		if !present[entry.Name()] && !system(child) {
			d.whiteout(child)
			changed = true
		}
	}
	return changed, err
}

func (d *differ) whiteout(name string) {
	dir, base := path.Split(name)
	d.out = append(d.out, layer.Entry{
		Name: dir + whiteoutPrefix + base, Kind: layer.File, Mode: 0o600, ModTime: d.time,
	})
}

// entry fills in what all kinds have.
func (d *differ) entry(name string, kind layer.Kind, info, before fs.FileInfo) layer.Entry {
	e := layer.Entry{Name: name, Kind: kind, Mode: info.Mode() & modeBits, ModTime: d.time}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case d.root && ok:
		e.UID, e.GID = int(stat.Uid), int(stat.Gid)
	case before != nil: // Not root: a program cannot change the owner.
		e.UID, e.GID = d.owners[name].uid, d.owners[name].gid
	}
	return e
}
