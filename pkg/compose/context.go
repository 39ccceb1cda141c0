package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// Context is a build context: a directory from which COPY, ADD and APP take
// files, less what its ignore file excludes. Nothing outside of it can be
// reached, by ".." or by a symlink.
type Context struct {
	*kubefile.Context
	dir  string   // on this machine; empty for files that the program carries
	root *os.Root // nil for those
}

// OpenContext opens the directory of a build context; kubefileName is the name
// of the Kubefile within it, which may have an ignore file of its own. Close it.
func OpenContext(dir, kubefileName string) (*Context, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	}
	ignore, err := kubefile.ReadIgnore(root.FS(), kubefileName)
	if err != nil {
		root.Close()
		return nil, err
	}
	return &Context{kubefile.NewContext(root.FS(), ignore), abs, root}, nil
}

// EmbeddedContext is a build context of files that the program itself carries.
func EmbeddedContext(files fs.FS) *Context {
	return &Context{Context: kubefile.NewContext(files, nil)}
}

// Close releases the directory.
func (c *Context) Close() error {
	if c == nil || c.root == nil {
		return nil
	}
	return c.root.Close()
}

// copyTo gives the files that a copy of src to dest makes. A directory gives its
// content; a file gives one file, inside dest when into says so.
func (c *Context) copyTo(src, dest string, into bool) ([]File, error) {
	info, err := fs.Stat(c.FS(), src)
	if err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	}
	if !info.IsDir() {
		if into {
			dest = path.Join(dest, path.Base(src))
		}
		f, err := c.file(src, dest, info)
		return []File{f}, err
	}
	files := []File{}
	if dest != "." {
		files = append(files, File{Name: dest, Mode: fs.ModeDir | 0o755})
	}
	err = c.Walk(src, func(name string, entry fs.DirEntry) error {
		if name == src {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if src != "." {
			name = strings.TrimPrefix(name, src+"/")
		}
		f, err := c.file(path.Join(src, name), path.Join(dest, name), info)
		files = append(files, f)
		return err
	})
	return files, err
}

func (c *Context) file(name, dest string, info fs.FileInfo) (File, error) {
	f := File{Name: dest, Mode: info.Mode() & (fs.ModeType | fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)}
	switch info.Mode().Type() {
	case fs.ModeDir:
	case fs.ModeSymlink:
		link, err := fs.ReadLink(c.FS(), name)
		if err != nil {
			return f, err
		}
		f.Link = link
	case 0:
		if c.dir == "" {
			// Embedded files have no permission of their own.
			data, err := fs.ReadFile(c.FS(), name)
			f.Mode, f.Content.Data = 0o644, data
			return f, err
		}
		f.Content.Local = filepath.Join(c.dir, filepath.FromSlash(name))
	default:
		return f, fmt.Errorf("%s is a %v, which an image cannot hold", name, info.Mode().Type())
	}
	return f, nil
}

// unpackTo gives the files that ADD of a local archive makes; ok is false when
// src is not an archive.
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
	local := filepath.Join(c.dir, filepath.FromSlash(src))
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, false, err
	}
	// docker unpacks tar archives and leaves zip files as they are.
	if !unpack.IsArchive(head[:n]) || strings.HasPrefix(string(head[:n]), "PK") {
		return nil, false, nil
	}
	err = unpack.Walk(f, info.Size(), func(e unpack.Entry, _ io.Reader) error {
		file := File{Name: path.Join(dest, e.Name), Mode: e.Mode}
		switch {
		case e.Mode.IsRegular() && e.Link != "": // a hard link: the same content again
			file.Content = Content{Local: local, Member: path.Clean(e.Link)}
		case e.Mode.IsRegular():
			file.Content = Content{Local: local, Member: e.Name}
		case e.Mode&fs.ModeSymlink != 0:
			file.Link = e.Link
		}
		files = append(files, file)
		return nil
	})
	if errors.Is(err, unpack.ErrNotArchive) {
		return nil, false, nil // a compressed file that holds no tar
	}
	if err != nil {
		return nil, true, fmt.Errorf("unpack %s: %w", src, err)
	}
	return files, true, nil
}
