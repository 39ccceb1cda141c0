package layer

import (
	"archive/tar"
	"io/fs"
)

// block is the unit of a tar, in bytes.
const block = 512

// header is the tar header of e. Nothing of the machine gets in: no user or
// group names, no access times, no sub-second times.
func header(e *Entry) *tar.Header {
	h := &tar.Header{
		Name:    e.Name,
		Mode:    int64(e.mode() & fs.ModePerm),
		Uid:     e.UID,
		Gid:     e.GID,
		Size:    e.size(),
		ModTime: e.modTime(),
	}
	for _, s := range special {
		if e.Mode&s.bit != 0 && e.Kind != Symlink {
			h.Mode |= s.unix
		}
	}
	switch e.Kind {
	case File:
		h.Typeflag = tar.TypeReg
	case Dir:
		h.Typeflag, h.Name = tar.TypeDir, e.Name+"/"
	case Symlink:
		h.Typeflag, h.Linkname = tar.TypeSymlink, e.Link
	case Hardlink:
		h.Typeflag, h.Linkname = tar.TypeLink, e.Link
	}
	return h
}

// special maps the mode bits of Go to those of a tar header.
var special = [...]struct {
	bit  fs.FileMode
	unix int64
}{{fs.ModeSetuid, 0o4000}, {fs.ModeSetgid, 0o2000}, {fs.ModeSticky, 0o1000}}

// zeros is the padding of what does not fill a block.
var zeros [block]byte

// padding is how many zero bytes follow size bytes of content.
func padding(size int64) int64 { return -size & (block - 1) }
