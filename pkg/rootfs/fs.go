package rootfs

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
)

// FS is a root file system, read-only. It implements fs.FS, fs.StatFS,
// fs.ReadDirFS and fs.ReadFileFS. Links are not followed: a symlink is an entry
// like any other, and opening one fails.
type FS struct {
	blobs store.Reader
	nodes map[string]*node
}

var (
	_ fs.StatFS     = (*FS)(nil)
	_ fs.ReadDirFS  = (*FS)(nil)
	_ fs.ReadFileFS = (*FS)(nil)
)

// node is one name in a file system.
type node struct {
	name     string // base name
	kind     layer.Kind
	mode     fs.FileMode
	size     int64
	content  content
	children map[string]*node
}

// content is where the bytes of a file are: in data, or in a section of a blob.
type content struct {
	data   []byte
	blob   digest.Digest
	offset int64
}

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

func (f *FS) add(e layer.Entry, size int64, c content) {
	name := path.Clean(e.Name)
	if e.Kind == layer.Dir {
		f.mkdir(name)
		return
	}
	f.remove(name)
	n := &node{name: path.Base(name), kind: e.Kind, mode: e.Mode.Perm(), size: size, content: c}
	switch e.Kind {
	case layer.Symlink:
		n.mode |= fs.ModeSymlink
	case layer.Other:
		n.mode |= fs.ModeIrregular
	}
	f.nodes[name] = n
	f.mkdir(path.Dir(name)).children[n.name] = n
}

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
	for child := range n.children {
		f.remove(path.Join(name, child))
	}
	delete(f.nodes, name)
	if parent := f.nodes[path.Dir(name)]; parent != nil {
		delete(parent.children, n.name)
	}
}

func (f *FS) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n := f.nodes[name]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// Stat describes a name without opening it.
func (f *FS) Stat(name string) (fs.FileInfo, error) {
	n, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return n, nil
}

// ReadDir lists a directory, sorted.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := f.find("readdir", name)
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

// Open opens a file or a directory.
func (f *FS) Open(name string) (fs.File, error) {
	n, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	switch {
	case n.kind == layer.Dir:
		list, err := f.ReadDir(name)
		return &dir{node: n, left: list}, err
	case n.kind != layer.File:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("is a %v", n.kind)}
	case n.content.blob == "":
		return &file{node: n, Reader: bytes.NewReader(n.content.data), Closer: io.NopCloser(nil)}, nil
	}
	blob, err := f.blobs.Open(n.content.blob)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{node: n, Reader: io.NewSectionReader(blob, n.content.offset, n.size), Closer: blob}, nil
}

// Blob tells which blob, if any, is the whole content of a file.
func (f *FS) Blob(name string) (digest.Digest, bool) {
	n := f.nodes[name]
	if n == nil || n.kind != layer.File || n.content.offset != 0 {
		return "", false
	}
	return n.content.blob, n.content.blob != ""
}

type file struct {
	*node
	io.Reader
	io.Closer
}

func (f *file) Stat() (fs.FileInfo, error) { return f.node, nil }

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

func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return n.size }
func (n *node) Mode() fs.FileMode  { return n.mode }
func (n *node) ModTime() time.Time { return time.Unix(0, 0) }
func (n *node) IsDir() bool        { return n.kind == layer.Dir }
func (n *node) Sys() any           { return nil }
