package compose

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// files plans the files for the hosts and those that travel with the component.
func (p componentPart) files() error {
	for _, f := range p.component.Install.HostFiles {
		if err := p.file(f, f.Dest); err != nil {
			return err
		}
	}
	for _, f := range p.component.Install.BundleFiles {
		if err := p.file(f, path.Join(p.dir, "files", f.Dest)); err != nil {
			return err
		}
	}
	return nil
}

func (p componentPart) file(f catalog.File, dest string) error {
	if !p.wanted(f.Platform) {
		return nil
	}
	for _, f := range p.each(f) {
		content, err := p.content(f)
		if err != nil {
			return err
		}
		p.put(dest, f.FileMode(), f.Platform, content)
	}
	return nil
}

// each is the file, or one for each platform when it is compiled.
func (p componentPart) each(f catalog.File) []catalog.File {
	if f.Go.Package == "" || f.Platform != "" {
		return []catalog.File{f}
	}
	var list []catalog.File
	for _, f.Platform = range p.plan.Platforms {
		list = append(list, f)
	}
	return list
}

func (p componentPart) content(f catalog.File) (Content, error) {
	switch {
	case f.Go.Package != "":
		source, err := p.program(f)
		return Content{Source: source}, err
	case f.Debian.Package != "":
		return Content{Source: p.debian(f), Member: f.Member}, nil
	case f.Path == "":
		return Content{Source: p.downloadFile(f), Member: f.Member}, nil
	}
	data, err := fs.ReadFile(p.component.Files(), f.Path)
	return Content{Data: data}, err
}

func (p componentPart) downloadFile(f catalog.File) string {
	d := Download{Source: f.URL, SHA256: f.SHA256, Size: int64(f.Size), For: p.component.Name}
	if f.Platform != "" {
		d.Platforms = []string{f.Platform}
	}
	return p.download(d)
}

// builds plans the container images that are assembled; they go into the
// cluster's registry and not into its root file system.
func (p componentPart) builds() error {
	for _, b := range p.component.Build {
		if !slices.ContainsFunc(p.plan.Platforms, func(name string) bool {
			return len(b.Platforms) == 0 || slices.Contains(b.Platforms, name)
		}) {
			continue
		}
		build := Build{Build: b, Owner: p.component.Name}
		for _, f := range b.Files {
			if !p.wanted(f.Platform) {
				continue
			}
			for _, f := range p.each(f) {
				content, err := p.content(f)
				if err != nil {
					return fmt.Errorf("image %s: %w", b.Name, err)
				}
				build.Contents = append(build.Contents, File{
					Name: strings.TrimPrefix(f.Dest, "/"), Mode: f.FileMode(), Platform: f.Platform, Content: content,
				})
			}
		}
		p.plan.Builds = append(p.plan.Builds, build)
	}
	return nil
}
