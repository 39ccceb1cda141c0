package runner

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// unpacker writes the entries of one layer.
type unpacker struct {
	root   *os.Root
	owners map[string]owner
	mine   map[string]bool // names of this layer, which its opaque marks spare
	chown  bool
}

// modeBits are the bits of a mode that a layer may set.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

func (u *unpacker) entry(h *tar.Header, content io.Reader) error {
	name, err := localName(h.Name)
	if err != nil || name == "." {
		return err
	}
	dir, base := path.Split(name)
	if strings.HasPrefix(base, whiteoutPrefix) {
		return u.whiteout(path.Clean(dir), base)
	}
	for n := name; n != "."; n = path.Dir(n) {
		u.mine[n] = true
	}
	if err := u.root.MkdirAll(path.Clean(dir), 0o755); err != nil {
		return err
	}
	mode := h.FileInfo().Mode() & modeBits
	switch h.Typeflag {
	case tar.TypeDir:
		err = u.dir(name)
	case tar.TypeReg, tar.TypeGNUSparse:
		err = u.file(name, content)
	case tar.TypeSymlink:
		err = u.link(name, func() error { return u.root.Symlink(h.Linkname, name) })
	case tar.TypeLink:
		target, nameErr := localName(h.Linkname)
		if nameErr != nil {
			return fmt.Errorf("hard link to %q: %w", h.Linkname, nameErr)
		}
		return u.link(name, func() error { return u.root.Link(target, name) })
	default:
		return nil
	}
	if err != nil {
		return err
	}
	return u.attributes(name, h, mode)
}

// attributes sets owner, mode and time, in this order: changing the owner drops
// the setuid bit.
func (u *unpacker) attributes(name string, h *tar.Header, mode fs.FileMode) error {
	delete(u.owners, name)
	if u.chown {
		if err := u.root.Lchown(name, h.Uid, h.Gid); err != nil {
			return err
		}
	} else if h.Uid != 0 || h.Gid != 0 {
		u.owners[name] = owner{h.Uid, h.Gid}
	}
	if h.Typeflag == tar.TypeSymlink {
		return nil
	}
	if err := u.root.Chmod(name, mode); err != nil {
		return err
	}
	return u.root.Chtimes(name, h.ModTime, h.ModTime)
}

func (u *unpacker) dir(name string) error {
	info, err := u.root.Lstat(name)
	if err == nil && info.IsDir() {
		return nil
	}
	return u.link(name, func() error { return u.root.Mkdir(name, 0o755) })
}

func (u *unpacker) file(name string, content io.Reader) error {
	return u.link(name, func() error {
		f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Close())
	})
}

// link makes name anew, in place of whatever had it.
func (u *unpacker) link(name string, create func() error) error {
	if err := u.root.RemoveAll(name); err != nil {
		return err
	}
	return create()
}

// whiteout removes a name, or what lies below dir and is not of this layer.
func (u *unpacker) whiteout(dir, base string) error {
	if base != opaqueName {
		name := strings.TrimPrefix(base, whiteoutPrefix)
		if strings.HasPrefix(name, whiteoutPrefix) {
			return nil // A record of aufs.
		}
		if name == "" || name == "." || name == ".." {
			return errors.New("a whiteout of nothing")
		}
		return u.root.RemoveAll(path.Join(dir, name))
	}
	return u.opaque(dir)
}

// opaque removes what lies below dir and is not of this layer.
func (u *unpacker) opaque(dir string) error {
	entries, err := fs.ReadDir(u.root.FS(), dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		switch {
		case !u.mine[name]:
			err = u.root.RemoveAll(name)
		case entry.IsDir():
			err = u.opaque(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
