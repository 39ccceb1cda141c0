package compose

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/unpack"
)

// unpackTo gives the files that ADD of a local archive makes; ok is false when
// src is not an archive that docker unpacks: a zip file stays as it is. The
// content is read once, here, for its digest. Owners and modes are those of the
// archive.
func (c *Context) unpackTo(src, dest string) (files []File, ok bool, err error) {
	if c.root == nil {
		return nil, false, nil
	}
	f, err := c.root.Open(src)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return nil, false, err
	}
	if ok, err := isTar(f); err != nil || !ok {
		return nil, false, err
	}
	a := archiveFiles{local: filepath.Join(c.dir, filepath.FromSlash(src)), dest: dest, contents: map[string]Content{}}
	err = unpack.Walk(f, info.Size(), a.add)
	if len(a.files) == 0 && noTar(err) {
		return nil, false, nil // a compressed file that holds no tar
	}
	if err != nil {
		return nil, true, fmt.Errorf("unpack %s: %w", src, err)
	}
	return a.files, true, nil
}

// isTar tells by its first bytes whether a file may be a tar archive.
func isTar(f *os.File) (bool, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return false, err
	}
	return unpack.IsArchive(head[:n]) && !strings.HasPrefix(string(head[:n]), "PK"), nil
}

// noTar tells by the error of reading its first entry that something is no tar.
func noTar(err error) bool {
	return errors.Is(err, unpack.ErrNotArchive) || errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF)
}

// archiveFiles collects the members of an archive.
type archiveFiles struct {
	local, dest string
	files       []File
	contents    map[string]Content // of regular files, by member
}

func (a *archiveFiles) add(e unpack.Entry, r io.Reader) error {
	f := File{Name: path.Join(a.dest, e.Name), Mode: e.Mode, UID: e.UID, GID: e.GID}
	switch {
	case f.Name == ".":
		return nil // the root of the image is as it is
	case e.Mode.IsRegular() && e.Link != "": // a hard link: the same content again
		content, ok := a.contents[member(e.Link)]
		if !ok {
			return fmt.Errorf("%s is a hard link to %s, which is not in the archive before it", e.Name, e.Link)
		}
		f.Content, a.contents[e.Name] = content, content
	case e.Mode.IsRegular():
		hash := digest.Canonical.Digester()
		n, err := io.Copy(hash.Hash(), r)
		if err != nil {
			return err
		}
		f.Content = Content{Local: a.local, Member: e.Name, Digest: hash.Digest(), Size: n}
		if before, ok := a.contents[e.Name]; ok && before.Digest != f.Content.Digest {
			return fmt.Errorf("it has two different files %s; pack it again with one", e.Name)
		}
		a.contents[e.Name] = f.Content
	case e.Mode&fs.ModeSymlink != 0:
		f.Mode, f.Link = fs.ModeSymlink|0o777, e.Link
	}
	a.files = append(a.files, f)
	return nil
}

// member is the name of a member as unpack has it.
func member(name string) string { return path.Clean(strings.TrimLeft(name, "/")) }

// openMember opens one file of an archive on this machine.
func openMember(archive, member string) (io.ReadCloser, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r, err := unpack.Open(f, info.Size(), member)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", archive, err), f.Close())
	}
	return &memberReader{r, f}, nil
}

type memberReader struct {
	io.ReadCloser
	archive *os.File
}

func (r *memberReader) Close() error {
	return errors.Join(r.ReadCloser.Close(), r.archive.Close())
}
