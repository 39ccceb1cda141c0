package gobuild

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
)

// The files of a module. A module that is embedded in another one has the names
// on the right: the Go command leaves folders with a go.mod out of what is
// embedded.
var names = map[string]string{"source.mod": "go.mod", "source.sum": "go.sum"}

const (
	maxFile  = 4 << 20 // bytes of one file of a module
	maxFiles = 4096    // files of a module
)

// Module is a Go module and how its programs are compiled. Its JSON form says
// everything that a result depends on, but for the version of Go and for C.
type Module struct {
	// Name is for people, for example "kubernetes-1.36".
	Name string `json:"-"`
	// Files has go.mod and go.sum (or source.mod and source.sum), and the
	// module's own packages, if any.
	Files fs.FS `json:"-"`
	// Stamp sets variables of packages: import/path.name to its value.
	Stamp map[string]string `json:"stamp,omitempty"`
	// Tags are build tags.
	Tags []string `json:"tags,omitempty"`
	// Cgo compiles C, statically, with the C compiler of the platform.
	Cgo bool `json:"cgo,omitempty"`
	// Sysroot is a directory with the C libraries for the platform and their
	// headers and pkg-config files, below usr; empty for those of the machine.
	Sysroot string `json:"-"`
	// Digest identifies files, stamp, tags and flags; see [Module.Measure].
	Digest digest.Digest `json:"digest"`
}

// Measure reads the files and sets Digest.
func (m *Module) Measure() error {
	files := map[string]digest.Digest{}
	err := m.walk(func(name string, data []byte) error {
		files[name] = digest.FromBytes(data)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if files[name] == "" {
			return fmt.Errorf("module %s has no %s", m.Name, name)
		}
	}
	// The number of flags for C shows in the lines that programs tell of
	// themselves: what was made with others is another result.
	var settings []string
	if m.Cgo {
		settings = cgoSettings("/sysroot", "triple")
	}
	hash := sha256.New()
	if err := json.NewEncoder(hash).Encode(struct {
		Files map[string]digest.Digest
		Flags []string
		Stamp map[string]string
		Tags  []string
		Cgo   bool
		C     []string `json:",omitempty"`
	}{files, fixed, m.Stamp, m.Tags, m.Cgo, settings}); err != nil {
		return err
	}
	m.Digest = digest.NewDigest(digest.SHA256, hash)
	return nil
}

// unpack writes the module's files into a directory.
func (m *Module) unpack(dir string) error {
	return m.walk(func(name string, data []byte) error {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		return os.WriteFile(name, data, 0o666)
	})
}

// walk gives the files under the names that the Go command knows, in order.
func (m *Module) walk(fn func(name string, data []byte) error) error {
	n := 0
	return fs.WalkDir(m.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if n++; n > maxFiles {
			return fmt.Errorf("module %s has more than %d files", m.Name, maxFiles)
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Size() > maxFile {
			return fmt.Errorf("module %s: %s has %d bytes, more than the limit of %d", m.Name, name, info.Size(), maxFile)
		}
		data, err := fs.ReadFile(m.Files, name)
		if err != nil {
			return err
		}
		if as, ok := names[name]; ok {
			name = as
		}
		return fn(name, data)
	})
}
