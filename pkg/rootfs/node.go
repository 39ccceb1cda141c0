package rootfs

import (
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/opc-source/opc-image/pkg/layer"
)

// node is one name in a file system.
type node struct {
	name     string // base name
	kind     layer.Kind
	mode     fs.FileMode
	link     string // target of a symlink
	size     int64
	content  content
	children map[string]*node
	below    *node // the file that this file replaces
}

func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return n.size }
func (n *node) Mode() fs.FileMode  { return n.mode }
func (n *node) ModTime() time.Time { return time.Unix(0, 0).UTC() }
func (n *node) IsDir() bool        { return n.kind == layer.Dir }
func (n *node) Sys() any           { return nil }

func (f *FS) add(e layer.Entry, size int64, c content) {
	name := path.Clean(e.Name)
	if e.Kind == layer.Dir {
		f.mkdir(name).mode = fs.ModeDir | e.Mode&^fs.ModeType
		return
	}
	n := &node{name: path.Base(name), kind: e.Kind, mode: e.Mode &^ fs.ModeType, size: size, content: c}
	if was := f.nodes[name]; was != nil && was.kind == layer.File && n.kind == layer.File {
		n.below = was
	}
	f.remove(name)
	switch e.Kind {
	case layer.Symlink:
		n.mode, n.link, n.size = fs.ModeSymlink|fs.ModePerm, e.Link, 0
	case layer.Other:
		n.mode |= fs.ModeIrregular
	}
	f.nodes[name] = n
	f.mkdir(path.Dir(name)).children[n.name] = n
}

// mkdir makes a directory, in the place of what else has its name.
func (f *FS) mkdir(name string) *node {
	if n := f.nodes[name]; n != nil && n.kind == layer.Dir {
		return n
	}
	f.remove(name)
	n := &node{name: path.Base(name), kind: layer.Dir, mode: fs.ModeDir | 0o755, children: map[string]*node{}}
	f.nodes[name] = n
	if name != "." {
		f.mkdir(path.Dir(name)).children[n.name] = n
	}
	return n
}

func (f *FS) remove(name string) {
	n := f.nodes[name]
	if n == nil {
		return
	}
	f.clear(name)
	delete(f.nodes, name)
	if parent := f.nodes[path.Dir(name)]; parent != nil {
		delete(parent.children, n.name)
	}
}

// clear removes what is in a directory.
func (f *FS) clear(name string) {
	if n := f.nodes[name]; n != nil {
		for child := range n.children {
			f.remove(path.Join(name, child))
		}
	}
}

type file struct {
	*node
	*io.SectionReader
	closer io.Closer
}

func (f *file) Size() int64                { return f.node.size }
func (f *file) Stat() (fs.FileInfo, error) { return f.node, nil }
func (f *file) Close() error               { return f.closer.Close() }

type dir struct {
	*node
	left []fs.DirEntry
}

func (d *dir) Stat() (fs.FileInfo, error) { return d.node, nil }
func (d *dir) Close() error               { return nil }

func (d *dir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrInvalid}
}

func (d *dir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(d.left) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(d.left) {
		n = len(d.left)
	}
	list := d.left[:n]
	d.left = d.left[n:]
	return list, nil
}
