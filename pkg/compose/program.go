package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/gobuild"
)

// program plans to compile a file.
func (p componentPart) program(f catalog.File) (string, error) {
	m, err := p.module(f.Go)
	if err != nil {
		return "", fmt.Errorf("%s: %w", f.Dest, err)
	}
	program := Program{Module: m, Package: f.Go.Package, Platform: f.Platform}
	for _, l := range p.component.Module(f.Go).Libraries {
		if l.Platform == f.Platform {
			file := catalog.File{Debian: l.Debian, SHA256: l.SHA256, Platform: l.Platform}
			program.Libraries = append(program.Libraries, p.debian(file))
		}
	}
	return p.download(Download{
		Source: program.Source(), Go: &program, Platforms: []string{f.Platform}, For: p.component.Name,
	}), nil
}

// module is the module of a program, measured.
func (p componentPart) module(program catalog.Program) (gobuild.Module, error) {
	def := p.component.Module(program)
	name := p.component.Name + "." + def.Name
	if def.Name == catalog.OwnModule {
		name = def.Name
	}
	if m, ok := p.modules[name]; ok {
		return m, nil
	}
	m := gobuild.Module{Name: name, Stamp: def.Stamp, Tags: def.Tags, Cgo: def.Cgo}
	var err error
	switch {
	case def.Path != "":
		m.Files, err = fs.Sub(p.component.Files(), def.Path)
	case p.request.OwnModule != nil:
		m.Files = p.request.OwnModule
	default:
		err = errors.New("the sources of opc-image itself are not at hand")
	}
	if err == nil {
		err = m.Measure()
	}
	p.modules[name] = m
	return m, err
}

// debian plans to fetch a package of the distribution.
func (p componentPart) debian(f catalog.File) string {
	_, arch, _ := strings.Cut(f.Platform, "/")
	pkg := aptget.Package{Name: f.Debian.Package, Version: f.Debian.Version, Arch: arch, SHA256: f.SHA256}
	return p.download(Download{
		Source: "deb://" + pkg.Name + "/" + pkg.Version + "?arch=" + pkg.Arch, Debian: &pkg, SHA256: pkg.SHA256,
		Size: int64(f.Size), Platforms: []string{f.Platform}, For: p.component.Name,
	})
}
