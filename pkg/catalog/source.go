package catalog

// OwnModule is the module of opc-image itself, which every opc-image carries and
// which needs no path.
const OwnModule = "opc-image"

// Module is a Go module from which programs of a component are compiled.
type Module struct {
	// Name is what files call it.
	Name string `yaml:"name" jsonschema:"required"`
	// Path is the folder beside component.yaml that has its go.mod and go.sum,
	// under the names source.mod and source.sum, and packages of its own.
	Path string `yaml:"path"`
	// Stamp sets variables of packages: import/path.name to its value.
	Stamp map[string]string `yaml:"stamp"`
	// Tags are build tags.
	Tags []string `yaml:"tags"`
	// Cgo is set when the programs have C in them: they are linked statically
	// by the C compiler of the platform.
	Cgo bool `yaml:"cgo"`
	// Libraries are the packages with the C libraries that they are linked with.
	Libraries []Library `yaml:"libraries"`
}

// Library is a package of the distribution that has a C library and its headers,
// for one platform.
type Library struct {
	// Debian is the package.
	Debian Debian `yaml:"debian"`
	// SHA256 is the checksum of the package.
	SHA256 string `yaml:"sha256" jsonschema:"required"`
	// Platform the package is for, for example linux/arm64.
	Platform string `yaml:"platform" jsonschema:"required"`
}

// Program is a program of a Go module.
type Program struct {
	// Module is the name of one of the component's modules, or opc-image for
	// our own. The default is the component's only one.
	Module string `yaml:"module"`
	// Package is the import path, or ./ and a folder of the module itself.
	Package string `yaml:"package" jsonschema:"required"`
}

// Debian is a package of the distribution on which the image is built. It comes
// through that machine's own apt.
type Debian struct {
	// Package is its name.
	Package string `yaml:"package" jsonschema:"required"`
	// Version is the exact version.
	Version string `yaml:"version" jsonschema:"required"`
}

// module finds the module of a program; nil when there is none of that name.
func (c *Component) module(p Program) *Module {
	if p.Module == OwnModule {
		return &Module{Name: OwnModule}
	}
	if p.Module == "" && len(c.Modules) == 1 {
		return &c.Modules[0]
	}
	for i := range c.Modules {
		if c.Modules[i].Name == p.Module {
			return &c.Modules[i]
		}
	}
	return nil
}

// Module is the module of a program of this component.
func (c *Component) Module(p Program) Module {
	if m := c.module(p); m != nil {
		return *m
	}
	return Module{Name: p.Module}
}
