package layer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"
)

// MaxMembers bounds the entries that [List] reads from one tar.
const MaxMembers = 1 << 20

// ErrTar is returned for a tar that is damaged, or made to do harm.
var ErrTar = errors.New("bad tar")

// Member is an entry of an existing tar. Its content is the Size bytes at
// Offset; Data and Blob are not set. A leading "./" or "/" of the name is gone.
type Member struct {
	Entry
	Offset int64
}

// List reads the headers of a tar and seeks over the content. It ends after the
// first error. Errors match [ErrTar] when the tar is to blame: a name that
// leaves the root, a sparse file, more than [MaxMembers] entries, or damage.
func List(r io.ReadSeeker) iter.Seq2[Member, error] { return list(r, MaxMembers) }

// list is List with its bound.
func list(r io.ReadSeeker, bound int) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		t := tar.NewReader(r)
		for count := 0; ; count++ {
			h, err := t.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			var m Member
			if err == nil && count == bound {
				err = fmt.Errorf("more than %d entries", bound)
			}
			if err == nil {
				m, err = member(h)
			}
			if err == nil {
				m.Offset, err = r.Seek(0, io.SeekCurrent)
			}
			if err != nil {
				yield(Member{}, fmt.Errorf("%w: entry %d: %w", ErrTar, count+1, err))
				return
			}
			if m.Name != "." && !yield(m, nil) {
				return
			}
		}
	}
}

// member turns a tar header into an entry.
func member(h *tar.Header) (Member, error) {
	name, err := inside(h.Name)
	if err != nil {
		return Member{}, err
	}
	m := Member{Entry: Entry{
		Name: name, Kind: kind(h.Typeflag), Mode: fs.FileMode(h.Mode & 0o777),
		UID: h.Uid, GID: h.Gid, ModTime: h.ModTime.UTC(),
	}}
	if h.ModTime.Equal(time.Unix(0, 0)) {
		m.ModTime = time.Time{}
	}
	for _, s := range special {
		if h.Mode&s.unix != 0 {
			m.Mode |= s.bit
		}
	}
	switch m.Kind {
	case File:
		m.Size = h.Size
	case Symlink:
		m.Link = h.Linkname
	case Hardlink:
		m.Link, err = inside(h.Linkname)
	}
	if sparse(h) {
		return Member{}, fmt.Errorf("%q is a sparse file", h.Name)
	}
	return m, err
}

// inside cleans a name and refuses one that leaves the root.
func inside(name string) (string, error) {
	if slices.Contains(strings.Split(name, "/"), "..") || strings.Contains(name, "\x00") {
		return "", fmt.Errorf("name %q leaves the root", name)
	}
	return path.Clean(strings.TrimLeft(name, "/")), nil
}

// sparse reports whether the content is not in one piece.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func kind(flag byte) Kind {
	switch flag {
	case tar.TypeReg, '\x00':
		return File
	case tar.TypeDir:
		return Dir
	case tar.TypeSymlink:
		return Symlink
	case tar.TypeLink:
		return Hardlink
	}
	return Other
}
