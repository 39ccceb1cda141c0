package catalog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/typo"
)

const (
	// FileName is the file that makes a folder a component.
	FileName = "component.yaml"
	// maxFile bounds component.yaml, in bytes.
	maxFile = 1 << 20
)

// ErrUnknown means that the catalog has no component of that name.
var ErrUnknown = errors.New("no such component")

// Catalog is a set of components with different names.
type Catalog struct {
	components map[string]*Component
}

// Load reads the components in the folders of each layer. A component in a later
// layer replaces the whole component of the same name in an earlier one, so that
// a user's folder can add to and change the built-in catalog. When anything is
// wrong the error is a Problems with all that is wrong.
func Load(layers ...fs.FS) (*Catalog, error) {
	c := &Catalog{components: map[string]*Component{}}
	var problems Problems
	for _, layer := range layers {
		found, bad, err := loadLayer(layer)
		if err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
		maps.Copy(c.components, found)
		problems = append(problems, bad...)
	}
	if len(problems) > 0 {
		problems.sort()
		return nil, problems
	}
	return c, nil
}

func loadLayer(layer fs.FS) (map[string]*Component, Problems, error) {
	entries, err := fs.ReadDir(layer, ".")
	if err != nil {
		return nil, nil, err
	}
	found := map[string]*Component{}
	var problems Problems
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		component, bad, err := loadComponent(layer, e.Name())
		if err != nil {
			return nil, nil, err
		}
		found[e.Name()] = component
		problems = append(problems, bad...)
	}
	return found, problems, nil
}

func loadComponent(layer fs.FS, dir string) (*Component, Problems, error) {
	file := path.Join(dir, FileName)
	data, err := readBounded(layer, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Problems{{Position{File: dir}, "this folder has no " + FileName}}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	files, err := fs.Sub(layer, dir)
	if err != nil {
		return nil, nil, err
	}
	c := &Component{files: files, file: file}
	var problems Problems
	if c.where, problems = decode(file, data, c); len(problems) == 0 {
		c.complete()
		problems = c.validate(dir)
	}
	return c, problems, nil
}

// complete fills in what a component says once for all its parts.
func (c *Component) complete() {
	for i := range c.Images {
		if c.Images[i].Platforms == nil {
			c.Images[i].Platforms = c.Platforms
		}
	}
	for i := range c.Build {
		if c.Build[i].Platforms == nil {
			c.Build[i].Platforms = c.Platforms
		}
	}
}

// readBounded reads a file of at most maxFile bytes.
func readBounded(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is longer than the limit of %d bytes for a component file", name, maxFile)
	}
	return data, nil
}

// Names are the names of all components, sorted.
func (c *Catalog) Names() []string {
	return slices.Sorted(maps.Keys(c.components))
}

// Components are all components, sorted by name.
func (c *Catalog) Components() []*Component {
	all := make([]*Component, 0, len(c.components))
	for _, name := range c.Names() {
		all = append(all, c.components[name])
	}
	return all
}

// Get returns the component of a name, or an error that wraps ErrUnknown and
// names the components there are.
func (c *Catalog) Get(name string) (*Component, error) {
	if component, ok := c.components[name]; ok {
		return component, nil
	}
	return nil, fmt.Errorf("%w: %q; %s", ErrUnknown, name, typo.Hint(name, c.Names(), "the catalog has "))
}
