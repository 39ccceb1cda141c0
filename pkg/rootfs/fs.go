package rootfs

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
)

// FS is a root file system, read-only. Symlinks are followed within it, as on a
// host whose root it is: a target cannot leave it.
type FS struct {
	blobs store.Reader
	nodes map[string]*node
}

var (
	_ fs.StatFS     = (*FS)(nil)
	_ fs.ReadDirFS  = (*FS)(nil)
	_ fs.ReadFileFS = (*FS)(nil)
	_ fs.ReadLinkFS = (*FS)(nil)
)

// New gives a file system of the items, which take their blobs from s. Of items
// with the same name the last counts.
func New(items []Item, s store.Reader) *FS {
	f := &FS{blobs: s, nodes: map[string]*node{}}
	f.mkdir(".")
	for _, item := range items {
		size := item.Size
		if item.Blob == "" {
			size = int64(len(item.Data))
		}
		f.add(item.Entry, size, content{data: item.Data, blob: item.Blob})
	}
	return f
}

// find returns the node of a name; follow tells whether a symlink is followed
// when the name is one.
func (f *FS) find(op, name string, follow bool) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n, err := f.resolve(name, follow)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return n, nil
}

// Stat describes a name without opening it.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name, true)
	if err != nil {
		return nil, err
	}
	return n.named(name), nil
}

// Lstat is Stat, but describes a symlink itself.
func (f *FS) Lstat(name string) (fs.FileInfo, error) {
	n, err := f.find("lstat", name, false)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// ReadLink returns the target of a symlink.
func (f *FS) ReadLink(name string) (string, error) {
	n, err := f.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if n.kind != layer.Symlink {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return n.link, nil
}

// ReadDir lists a directory, sorted.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := f.find("readdir", name, true)
	if err != nil {
		return nil, err
	}
	if n.kind != layer.Dir {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fmt.Errorf("is a %v", n.kind)}
	}
	list := make([]fs.DirEntry, 0, len(n.children))
	for _, child := range n.children {
		list = append(list, fs.FileInfoToDirEntry(child))
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}

// ReadFile reads a whole file.
func (f *FS) ReadFile(name string) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// ReadAllVersions reads a file, and then the files of that name in the layers
// below, which it hides, the uppermost first. Symlinks are not followed.
func (f *FS) ReadAllVersions(name string) ([][]byte, error) {
	n, err := f.find("read", name, false)
	if err == nil && n.kind != layer.File {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("is a %v", n.kind)}
	}
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for ; n != nil; n = n.below {
		data, err := f.read(n)
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		all = append(all, data)
	}
	return all, nil
}

func (f *FS) read(n *node) ([]byte, error) {
	r, err := n.content.open(f.blobs)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.NewSectionReader(r, n.content.offset, n.size))
}

// Open opens a file or a directory.
func (f *FS) Open(name string) (fs.File, error) {
	n, err := f.find("open", name, true)
	if err != nil {
		return nil, err
	}
	switch n.kind {
	case layer.Dir:
		list, err := f.ReadDir(name)
		return &dir{node: n.named(name), left: list}, err
	case layer.File:
		r, err := n.content.open(f.blobs)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &file{node: n.named(name), SectionReader: io.NewSectionReader(r, n.content.offset, n.size), closer: r}, nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("is a %v", n.kind)}
}

// Blob tells which blob, if any, is the whole content of a file.
func (f *FS) Blob(name string) (digest.Digest, bool) {
	n := f.nodes[path.Clean(name)]
	if n == nil || n.kind != layer.File || n.content.layer {
		return "", false
	}
	return n.content.blob, n.content.blob != ""
}
