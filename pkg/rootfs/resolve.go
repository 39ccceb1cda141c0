package rootfs

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/layer"
)

// maxLinks bounds the symlinks that one name may lead over, as Linux does.
const maxLinks = 40

// resolve finds a node, over symlinks in the directories of its name, and at its
// end when last says so.
func (f *FS) resolve(name string, last bool) (*node, error) {
	for range maxLinks {
		if n := f.nodes[name]; n != nil && (n.kind != layer.Symlink || !last) {
			return n, nil
		}
		at, n := f.firstLink(name)
		if n == nil {
			return nil, fs.ErrNotExist
		}
		target := n.link
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(at), target)
		}
		name = path.Join("/", target, strings.TrimPrefix(name, at))[1:]
		if name == "" {
			name = "."
		}
	}
	return nil, errors.New("too many symlinks")
}

// firstLink finds the symlink that a name leads over first, and its place.
func (f *FS) firstLink(name string) (string, *node) {
	for end := 0; end < len(name); end++ {
		next := strings.IndexByte(name[end:], '/')
		if next < 0 {
			next = len(name) - end
		}
		end += next
		if n := f.nodes[name[:end]]; n != nil && n.kind == layer.Symlink {
			return name[:end], n
		}
	}
	return "", nil
}

// named is the node under the name it was found by, which over a symlink is
// another than its own.
func (n *node) named(name string) *node {
	if base := path.Base(name); base != n.name {
		other := *n
		other.name = base
		return &other
	}
	return n
}
