// Package unpack reads files out of archives: tar, plain or compressed with
// gzip, bzip2, xz or zstd, zip, and Debian packages. It never writes to disk; what a name in an
// archive may mean there is for the caller to decide, and names that leave the
// archive's root are refused.
package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Limits of what is read from an archive.
const (
	maxEntries = 1 << 20   // entries
	maxMember  = 16 << 30  // bytes of one member, unpacked
	maxOwner   = 1<<32 - 2 // user or group number; the next one means none
)

// ErrNotArchive tells that content is none of the formats read here.
var ErrNotArchive = errors.New("not an archive (tar, tar.gz, tar.bz2, tar.xz, tar.zst or zip)")

// Entry is one member of an archive.
type Entry struct {
	// Name within the archive, clean and relative. It is "." for the directory
	// that a tar archive may describe its own root with.
	Name string
	// Mode with type and permission; Link is the target of a symlink, or the
	// other name of a hard link (whose type is a regular file).
	Mode fs.FileMode
	Link string
	// UID and GID are the owner in a tar archive.
	UID, GID int
	// Size in bytes of a regular file.
	Size int64
}

// Walk calls fn for each member in the order of the archive. r is the member's
// content; what fn leaves unread is skipped. The error io.EOF from fn ends the
// walk early and is not returned.
func Walk(archive io.ReaderAt, size int64, fn func(e Entry, r io.Reader) error) error {
	head := make([]byte, min(size, 512))
	if _, err := archive.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return ignoreEOF(walkZip(archive, size, fn))
	}
	if bytes.HasPrefix(head, []byte(arMagic)) {
		data, err := debData(archive, size)
		if err != nil {
			return err
		}
		return Walk(data, data.Size(), fn)
	}
	plain, err := decompress(head, io.NewSectionReader(archive, 0, size))
	if err != nil {
		return err
	}
	defer plain.Close()
	return ignoreEOF(walkTar(plain, fn))
}

// Open returns the content of one regular file of an archive. The error is
// fs.ErrNotExist when the archive has no such file.
func Open(archive io.ReaderAt, size int64, member string) (io.ReadCloser, error) {
	member = path.Clean(strings.TrimPrefix(member, "/"))
	pr, pw := io.Pipe()
	go func() {
		found := false
		err := Walk(archive, size, func(e Entry, r io.Reader) error {
			if e.Name != member || !e.Mode.IsRegular() || e.Link != "" {
				return nil
			}
			found = true
			if _, err := io.Copy(pw, r); err != nil {
				return err
			}
			return io.EOF
		})
		if err == nil && !found {
			err = &fs.PathError{Op: "open", Path: member, Err: fs.ErrNotExist}
		}
		pw.CloseWithError(err)
	}()
	return pr, nil
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// decompress finds the format by its first bytes.
func decompress(head []byte, r io.Reader) (io.ReadCloser, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzip.NewReader(r)
	case bytes.HasPrefix(head, []byte("BZh")):
		return io.NopCloser(bzip2.NewReader(r)), nil
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		x, err := xz.NewReader(r)
		return io.NopCloser(x), err
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case len(head) == 512 && bytes.HasPrefix(head[257:], []byte("ustar")):
		return io.NopCloser(r), nil
	}
	return nil, ErrNotArchive
}

// IsArchive tells by the first bytes whether content is an archive, or a
// compressed file that may be one.
func IsArchive(head []byte) bool {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return true
	}
	r, err := decompress(head, bytes.NewReader(head))
	if r != nil {
		r.Close()
	}
	return !errors.Is(err, ErrNotArchive)
}

func walkTar(r io.Reader, fn func(Entry, io.Reader) error) error {
	tr := tar.NewReader(r)
	for n := 0; ; n++ {
		h, err := tr.Next()
		if err != nil {
			return err // io.EOF at the end
		}
		if n == maxEntries {
			return fmt.Errorf("archive has more than %d entries", maxEntries)
		}
		e := Entry{Mode: h.FileInfo().Mode(), Link: h.Linkname, UID: h.Uid, GID: h.Gid, Size: h.Size}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeDir, tar.TypeSymlink:
		case tar.TypeLink:
			e.Mode &^= fs.ModeType
		case tar.TypeXGlobalHeader:
			continue
		default:
			return fmt.Errorf("archive entry %q is neither file, directory nor link", h.Name)
		}
		if err := visit(h.Name, e, tr, fn); err != nil {
			return err
		}
	}
}

func walkZip(archive io.ReaderAt, size int64, fn func(Entry, io.Reader) error) error {
	zr, err := zip.NewReader(archive, size)
	if err != nil {
		return err
	}
	if len(zr.File) > maxEntries {
		return fmt.Errorf("archive has more than %d entries", maxEntries)
	}
	for _, f := range zr.File {
		e := Entry{Mode: f.Mode(), Size: int64(f.UncompressedSize64)}
		if e.Mode.Type()&^fs.ModeDir != 0 {
			return fmt.Errorf("archive entry %q is neither file nor directory", f.Name)
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("archive entry %q: %w", f.Name, err)
		}
		err = visit(f.Name, e, r, fn)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// visit checks name, owner and size before fn sees the entry.
func visit(name string, e Entry, r io.Reader, fn func(Entry, io.Reader) error) error {
	e.Name = path.Clean(name)
	if e.Name == "." && !e.Mode.IsDir() {
		return nil
	}
	if !fs.ValidPath(e.Name) {
		return fmt.Errorf("archive entry %q leaves the archive", name)
	}
	if e.UID < 0 || e.GID < 0 || e.UID > maxOwner || e.GID > maxOwner {
		return fmt.Errorf("archive entry %q has the owner %d:%d, which no Linux has", name, e.UID, e.GID)
	}
	if e.Size < 0 || e.Size > maxMember {
		return fmt.Errorf("archive entry %q has %d bytes, more than the limit of %d", name, e.Size, int64(maxMember))
	}
	return fn(e, io.LimitReader(r, e.Size))
}
