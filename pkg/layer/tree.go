package layer

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// tree is the entries of a layer by name, checked against each other.
type tree map[string]*Entry

// add puts e into the tree; the same entry twice is the same as once.
func (t tree) add(e *Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	if old, ok := t[e.Name]; ok && !same(old, e) {
		return fmt.Errorf("entry %q: given twice, %s", e.Name, difference(old, e))
	}
	t[e.Name] = e
	return nil
}

// addParents adds the directories that are missing and checks that nothing but
// a directory has entries below it.
func (t tree) addParents() error {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names) // so that the first error is always the same one
	for _, name := range names {
		for dir, _ := split(name); dir != ""; dir, _ = split(dir) {
			parent, ok := t[dir]
			if ok && parent.Kind != Dir {
				return fmt.Errorf("entry %q: its parent %q is a %s", name, dir, parent.Kind)
			}
			if ok {
				break // its own parents are checked when it is visited
			}
			t[dir] = implied(dir)
		}
	}
	return t.checkLinks()
}

// noDir is the nearest parent of name that is no directory; empty: none.
func (t tree) noDir(name string) string {
	for dir, _ := split(name); dir != ""; dir, _ = split(dir) {
		if parent, ok := t[dir]; ok && parent.Kind != Dir {
			return dir
		}
	}
	return ""
}

// checkLinks refuses links to links, whose order in the tar would matter.
func (t tree) checkLinks() error {
	var links []*Entry
	for _, e := range t {
		if e.Kind == Hardlink {
			links = append(links, e)
		}
	}
	slices.SortFunc(links, func(a, b *Entry) int { return strings.Compare(a.Name, b.Name) })
	for _, e := range links {
		target, ok := t[e.Link]
		if ok && (target.Kind == Dir || target.Kind == Hardlink) {
			return fmt.Errorf("entry %q: hard link to %q, which is a %s", e.Name, e.Link, target.Kind)
		}
	}
	return nil
}

// sorted lists the tree in the order of the tar.
func (t tree) sorted() []*Entry {
	type keyed struct { // small, because sorting moves them
		key   []byte
		entry *Entry
	}
	size := 0
	for name := range t {
		size += keyLen(name)
	}
	keys, all := make([]byte, 0, size), make([]keyed, 0, len(t))
	for _, e := range t {
		from := len(keys)
		keys = e.appendKey(keys)
		all = append(all, keyed{keys[from:], e})
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(bytes.Compare(a.key, b.key), strings.Compare(a.entry.Name, b.entry.Name))
	})
	entries := make([]*Entry, len(all))
	for i := range all {
		entries[i] = all[i].entry
	}
	return entries
}

// implied is the directory that stands for a parent nobody described.
func implied(name string) *Entry { return &Entry{Name: name, Kind: Dir, Mode: 0o755} }

// same reports whether two entries of one name give the same tar member.
func same(a, b *Entry) bool { return difference(a, b) == "" }

// difference says in words how two entries of one name differ; empty: not.
func difference(a, b *Entry) string {
	switch {
	case a.Kind != b.Kind:
		return fmt.Sprintf("as a %s and as a %s", a.Kind, b.Kind)
	case a.Link != b.Link && (a.Kind == Symlink || a.Kind == Hardlink):
		return fmt.Sprintf("with targets %q and %q", a.Link, b.Link)
	case a.Blob != b.Blob || a.size() != b.size() || !bytes.Equal(a.Data, b.Data):
		return fmt.Sprintf("with different content (%s and %s)", content(a), content(b))
	case a.mode() != b.mode():
		return fmt.Sprintf("with modes %v and %v", a.mode(), b.mode())
	case a.UID != b.UID || a.GID != b.GID:
		return fmt.Sprintf("with owners %d:%d and %d:%d", a.UID, a.GID, b.UID, b.GID)
	case !a.modTime().Equal(b.modTime()):
		return fmt.Sprintf("with times %v and %v", a.modTime(), b.modTime())
	}
	return ""
}

func content(e *Entry) string {
	if e.Blob != "" {
		return fmt.Sprintf("%s, %d bytes", e.Blob, e.Size)
	}
	return fmt.Sprintf("%d literal bytes", len(e.Data))
}

// mode is the mode as it is written.
func (e *Entry) mode() fs.FileMode {
	if e.Kind == Symlink {
		return 0o777
	}
	return e.Mode
}

// modTime is the time as it is written: whole seconds, UTC.
func (e *Entry) modTime() time.Time {
	if e.ModTime.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return time.Unix(e.ModTime.Unix(), 0).UTC()
}
