package real

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/catalog"
)

//go:embed real.yaml
var text []byte

// Definition says what runs for real.
type Definition struct {
	// Images by their reference.
	Images map[string]Image `yaml:"images"`
	// Programs for hosts, by the URL of the archive that they come in.
	Programs map[string]Program `yaml:"programs"`
	// Components by their name.
	Components map[string]Component `yaml:"components"`
	// Operators are components whose operators are stand-ins, and what these would
	// make.
	Operators map[string]Objects `yaml:"operators"`
}

// Image is how one is made: from a Go module, or from a package of Debian.
type Image struct {
	// Module is a Go module with its version: PATH@VERSION.
	Module string `yaml:"module"`
	// Sum is the hash of the module, as go.sum has it.
	Sum string `yaml:"sum"`
	// Programs are packages of the module, such as ./cmd/x, by their place in the
	// image.
	Programs map[string]string `yaml:"programs"`
	// Stamp sets variables of packages: import/path.name to its value.
	Stamp map[string]string `yaml:"stamp"`
	// Tags are build tags.
	Tags []string `yaml:"tags"`

	// Own takes the program of the tests' pods, where upstream's is not to be had.
	Own bool `yaml:"own"`
	// Debian are packages by architecture, as Go names it.
	Debian map[string]aptget.Package `yaml:"debian"`
	// Members are files of the Debian package or of the module, by their place in
	// the image.
	Members map[string]string `yaml:"members"`
	// Links are symbolic links, by their place in the image.
	Links map[string]string `yaml:"links"`
	// Dirs are directories that everybody may write to.
	Dirs []string `yaml:"dirs"`

	// Entrypoint is what it starts; default its only program.
	Entrypoint []string `yaml:"entrypoint"`
	// User it runs as, UID or UID:GID; default 0.
	User string `yaml:"user"`
	// Env are variables, NAME=value.
	Env []string `yaml:"env"`
}

// Program is one for hosts, in an archive.
type Program struct {
	// Module is a Go module with its version, Sum its hash, and Package the
	// program's in it.
	Module  string `yaml:"module"`
	Sum     string `yaml:"sum"`
	Package string `yaml:"package"`
	// Stamp sets variables of packages: import/path.name to its value.
	Stamp map[string]string `yaml:"stamp"`
	// Member is the program in the archive.
	Member string `yaml:"member"`
}

// Component is how a component is looked at that runs for real.
type Component struct {
	// Check is a shell script for the first master. It fails when the component
	// does not do what it is for.
	Check string `yaml:"check"`
	// Lacks says what of it is not upstream's. It has to become ready all the same,
	// and is not recorded as healthy.
	Lacks string `yaml:"lacks"`
	// Keep leaves it running for those that come after.
	Keep bool `yaml:"keep"`
	// Class is the storage class that it makes volumes for when it is kept.
	Class string `yaml:"class"`
}

// Load reads what runs for real, of which real.yaml is the list.
func Load() (*Definition, error) { return parse(text) }

func parse(text []byte) (*Definition, error) {
	var d Definition
	if err := yaml.UnmarshalWithOptions(text, &d, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("real.yaml: %w", err)
	}
	for _, name := range d.Names() {
		if err := d.Images[name].check(); err != nil {
			return nil, fmt.Errorf("real.yaml: %s: %w", name, err)
		}
	}
	return &d, nil
}

// Names are the references of the images, sorted.
func (d *Definition) Names() []string { return slices.Sorted(maps.Keys(d.Images)) }

// Of are the references of the images that components declare, or their checks ask
// for, sorted; nil stands for all components.
func (d *Definition) Of(components []*catalog.Component) []string {
	if components == nil {
		return d.Names()
	}
	return slices.DeleteFunc(d.Names(), func(name string) bool {
		return !slices.ContainsFunc(components, func(c *catalog.Component) bool {
			return strings.Contains(d.Components[c.Name].Check, "image: "+name) ||
				slices.ContainsFunc(c.Images, func(image catalog.Image) bool { return image.Name == name })
		})
	})
}
