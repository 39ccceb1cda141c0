package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/opc-source/opc-image/pkg/layer"
)

// literal is the size up to which content is part of an entry; larger files
// become blobs.
const literal = 8 << 10

// visitFile records a file or symlink that differs from the one below.
func (d *differ) visitFile(name string, info, before fs.FileInfo) (bool, error) {
	full := filepath.Join(d.upper, name)
	mode := info.Mode()
	switch {
	case mode&fs.ModeSocket != 0:
		return false, nil // A socket without its process is nothing.
	case mode&fs.ModeSymlink == 0 && !mode.IsRegular():
		return false, errors.New("a layer cannot hold a device or pipe; remove it at the end of the RUN")
	}
	if mode.IsRegular() && !d.root && mode&0o400 == 0 {
		if err := os.Chmod(full, mode|0o400); err != nil {
			return false, err
		}
	}
	same, err := d.same(name, info, before)
	if err != nil || same {
		return false, err
	}
	if mode&fs.ModeSymlink != 0 {
		e := d.entry(name, layer.Symlink, info, before)
		e.Mode = fs.ModePerm
		e.Link, err = os.Readlink(full)
		d.out = append(d.out, e)
		return true, err
	}
	if err := refuseAttributes(full, true); err != nil {
		return false, err
	}
	e, err := d.regular(name, info, before)
	d.out = append(d.out, e)
	return true, err
}

// regular makes the entry of a file: small content is in it, larger content is
// stored as a blob.
func (d *differ) regular(name string, info, before fs.FileInfo) (layer.Entry, error) {
	full := filepath.Join(d.upper, name)
	e := d.entry(name, layer.File, info, before)
	stat, ok := info.Sys().(*syscall.Stat_t)
	several := ok && stat.Nlink > 1
	var id inode
	if several {
		id = inode{uint64(stat.Dev), stat.Ino}
		d.links[name] = id
		if known, ok := d.known[id]; ok {
			known.Name = name
			return known, nil
		}
	}
	var err error
	if info.Size() <= literal {
		e.Data, err = os.ReadFile(full)
	} else {
		e.Blob, e.Size, err = d.blobs.PutFile(d.ctx, full)
	}
	if several {
		d.known[id] = e
	}
	return e, err
}
