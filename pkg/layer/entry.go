package layer

import (
	"io/fs"
	"time"

	"github.com/opencontainers/go-digest"
)

// Kind is the type of an [Entry].
type Kind byte

// The kinds of entries. A whiteout is a File whose base name begins with
// ".wh.", as the OCI layer specification defines it.
const (
	File Kind = iota
	Dir
	Symlink
	Hardlink
	Other // device, pipe or unknown: [List] reports it, [New] refuses it
)

// String names the kind as messages do.
func (k Kind) String() string {
	names := [...]string{"file", "directory", "symlink", "hard link"}
	if int(k) < len(names) {
		return names[k]
	}
	return "special file"
}

// Entry is one member of a layer.
type Entry struct {
	// Name is the path relative to the root of the image: slashes, clean, no
	// leading "/", no "..", valid UTF-8.
	Name string
	Kind Kind
	// Mode holds the permission bits and setuid, setgid and sticky. The mode of
	// a symlink is always 0777.
	Mode fs.FileMode
	// Link is the target of a Symlink, or the Name a Hardlink is another name of.
	Link string
	UID  int
	GID  int
	// ModTime is kept in whole seconds. The zero time is the Unix epoch.
	ModTime time.Time
	// Data is the content of a File, unless Blob is set.
	Data []byte
	// Blob is the digest of the content of a File, which is Size bytes long and
	// stays where it is until the layer is read.
	Blob digest.Digest
	// Size of the blob in bytes. It is ignored for a File that has Data.
	Size int64
}
