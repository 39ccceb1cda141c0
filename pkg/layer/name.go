package layer

import (
	"fmt"
	"io/fs"
	"strings"
)

// whiteout is the prefix that marks a removed file, in the OCI layer format.
const whiteout = ".wh."

// check reports why an entry cannot be part of a layer.
func (e *Entry) check() error {
	if err := checkName(e.Name); err != nil {
		return err
	}
	if extra := e.Mode &^ (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky); extra != 0 {
		return fmt.Errorf("entry %q: mode %v has bits other than permissions", e.Name, extra)
	}
	if e.UID < 0 || e.GID < 0 {
		return fmt.Errorf("entry %q: owner %d:%d is negative", e.Name, e.UID, e.GID)
	}
	if e.Kind != File && (len(e.Data) > 0 || e.Blob != "") {
		return fmt.Errorf("entry %q: a %s has no content", e.Name, e.Kind)
	}
	switch e.Kind {
	case File:
		return e.checkContent()
	case Dir:
		return nil
	case Symlink:
		if e.Link == "" || strings.Contains(e.Link, "\x00") {
			return fmt.Errorf("entry %q: symlink to %q", e.Name, e.Link)
		}
		return nil
	case Hardlink:
		if err := checkName(e.Link); err != nil {
			return fmt.Errorf("entry %q: hard link: %w", e.Name, err)
		}
		return nil
	}
	return fmt.Errorf("entry %q: a %s cannot be part of a layer", e.Name, e.Kind)
}

func (e *Entry) checkContent() error {
	if e.Blob == "" {
		return nil
	}
	if len(e.Data) > 0 {
		return fmt.Errorf("entry %q: has both literal content and blob %s", e.Name, e.Blob)
	}
	if err := e.Blob.Validate(); err != nil {
		return fmt.Errorf("entry %q: blob %q: %w", e.Name, e.Blob, err)
	}
	if e.Size < 0 {
		return fmt.Errorf("entry %q: blob %s of %d bytes", e.Name, e.Blob, e.Size)
	}
	return nil
}

func checkName(name string) error {
	if name == "." || !fs.ValidPath(name) || strings.Contains(name, "\x00") {
		return fmt.Errorf("entry %q: not a clean path relative to the root", name)
	}
	return nil
}

// size is the number of content bytes.
func (e *Entry) size() int64 {
	if e.Kind != File {
		return 0
	}
	if e.Blob != "" {
		return e.Size
	}
	return int64(len(e.Data))
}

// keyLen is the largest length of the key of an entry called name.
func keyLen(name string) int { return len(name) + 2 }

// appendKey appends the key entries are sorted by: a directory before what is in
// it, whiteouts before their siblings as the OCI layer specification recommends,
// hard links after everything they could link to.
func (e *Entry) appendKey(key []byte) []byte {
	if e.Kind == Hardlink {
		key = append(key, '1')
	} else {
		key = append(key, '0')
	}
	if dir, base := split(e.Name); strings.HasPrefix(base, whiteout) {
		key = append(appendPath(key, dir), 0, 1)
		return append(key, base...)
	}
	return appendPath(key, e.Name)
}

// appendPath appends a path whose slashes sort before everything else.
func appendPath(key []byte, name string) []byte {
	at := len(key)
	key = append(key, name...)
	for i := at; i < len(key); i++ {
		if key[i] == '/' {
			key[i] = 0
		}
	}
	return key
}

// split cuts a name at its last slash.
func split(name string) (dir, base string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}
