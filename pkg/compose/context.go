package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
)

// Context is a build context: a directory from which COPY, ADD and APP take
// files, less what its ignore file excludes and less the lock. Nothing outside of
// it can be reached, by ".." or by a symlink.
//
// Of a file's mode only the owner's execute bit counts, as in git: files become
// 0644 or 0755 and directories 0755. Otherwise the umask of whoever checked the
// files out would be part of the image; --chmod sets any other mode.
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
	files := withoutLock{root.FS()}
	ignore, err := kubefile.ReadIgnore(files, kubefileName)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Context{kubefile.NewContext(files, ignore), abs, root}, nil
}

// EmbeddedContext is a build context of files that the program itself carries.
// They have no modes: what begins with "#!" becomes executable.
func EmbeddedContext(files fs.FS) *Context {
	return &Context{Context: kubefile.NewContext(withoutLock{files}, nil)}
}

// Close releases the directory.
func (c *Context) Close() error {
	if c == nil || c.root == nil {
		return nil
	}
	return c.root.Close()
}

// copyTo gives the files that a copy of src to dest makes. A directory gives its
// content; a file gives one file, inside dest when into says so. A symlink that
// is named itself is followed, one within a directory is copied, as in docker.
func (c *Context) copyTo(src, dest string, into bool) ([]File, error) {
	info, err := fs.Stat(c.FS(), src)
	if err != nil {
		return nil, fmt.Errorf("build context: %w", err)
	}
	if !info.IsDir() {
		if into {
			dest = path.Join(dest, path.Base(src))
		}
		if dest == "." {
			return nil, fmt.Errorf("%s is a file and cannot be the root of the image", src)
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
		within := name
		if src != "." {
			within = strings.TrimPrefix(name, src+"/")
		}
		f, err := c.file(name, path.Join(dest, within), info)
		files = append(files, f)
		return err
	})
	return files, err
}

func (c *Context) file(name, dest string, info fs.FileInfo) (File, error) {
	f := File{Name: dest}
	var err error
	switch info.Mode().Type() {
	case fs.ModeDir:
		f.Mode = fs.ModeDir | 0o755
	case fs.ModeSymlink:
		f.Mode = fs.ModeSymlink | 0o777
		f.Link, err = fs.ReadLink(c.FS(), name)
	case 0:
		if c.dir == "" {
			f.Content.Data, err = fs.ReadFile(c.FS(), name)
			f.Mode = plainMode(strings.HasPrefix(string(f.Content.Data), "#!"))
			break
		}
		f.Mode = plainMode(info.Mode()&0o100 != 0)
		f.Content.Local = filepath.Join(c.dir, filepath.FromSlash(name))
	default:
		err = fmt.Errorf("%s is a %v, which an image cannot hold", name, info.Mode().Type())
	}
	return f, err
}

func plainMode(executable bool) fs.FileMode {
	if executable {
		return 0o755
	}
	return 0o644
}
