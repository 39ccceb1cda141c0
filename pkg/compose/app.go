package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// app adds an APP, CNI or CSI: its files under application/apps, and how it is
// launched.
func (b *builder) app(s kubefile.App) error {
	name := s.Name.Text
	if slices.ContainsFunc(b.plan.Apps, func(a sealer.Application) bool { return a.Name == name }) {
		return fmt.Errorf("app %s is declared in the profile below already", name)
	}
	switch s.Keyword() {
	case "CNI":
		b.plan.CNI = append(b.plan.CNI, name)
	case "CSI":
		b.plan.CSI = append(b.plan.CSI, name)
	}
	if s.Sources[0].Kind == kubefile.Component {
		return b.componentApp(name, s.Sources)
	}
	part := appPart{builder: b, name: name, dir: sealer.AppDir(name)}
	for _, source := range s.Sources {
		if err := part.add(source); err != nil {
			return err
		}
	}
	return part.finish()
}

func (b *builder) componentApp(name string, sources []kubefile.Source) error {
	if len(sources) > 1 {
		return errors.New("a component is the only source of its app; give other files an app of their own")
	}
	if b.request.Catalog == nil {
		return errors.New("there is no catalog to take components from")
	}
	c, err := b.request.Catalog.Get(sources[0].Component)
	if err != nil {
		return err
	}
	return b.addComponent(name, c)
}

// appPart is one app of files on its way into a plan.
type appPart struct {
	*builder
	name, dir string
	sources   []sealer.Source
	charts    []string // archives of charts, within the app's directory
}

func (p *appPart) add(source kubefile.Source) error {
	switch source.Kind {
	case kubefile.Local:
		return p.addLocal(source.Path)
	case kubefile.Download:
		p.put(urlBase(source.URL), p.download(Download{Source: source.URL, For: "app " + p.name}))
	case kubefile.HelmChart, kubefile.OCIChart:
		return p.addChart(source.Chart)
	case kubefile.Component:
		return errors.New("a component is the only source of its app; give other files an app of their own")
	}
	return nil
}

func (p *appPart) addLocal(pattern string) error {
	if p.context == nil {
		return errNoContext
	}
	names, err := p.context.Glob(pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		files, err := p.context.copyTo(name, p.dir, true)
		if err != nil {
			return err
		}
		for i := range files {
			files[i].Phase = p.phase()
		}
		p.plan.Files = append(p.plan.Files, files...)
		p.sources = append(p.sources, sealer.Source{FS: p.context.FS(), Path: name})
	}
	return nil
}

func (p *appPart) addChart(c kubefile.Chart) error {
	if c.Version == "" && c.Digest == "" {
		return fmt.Errorf("chart %s has no version; name the one you want, so that the image can be built again", c.Name)
	}
	chart := Chart{Repository: c.Repository, Name: c.Name, Version: c.Version}
	source := p.download(Download{Source: chart.Source(), Chart: &chart, For: "app " + p.name})
	file := path.Join("charts", c.Name+"-"+c.Version+".tgz")
	p.put(file, source)
	p.charts = append(p.charts, file)
	return nil
}

func (p *appPart) put(name, source string) {
	p.plan.Files = append(p.plan.Files, File{
		Name: path.Join(p.dir, name), Mode: 0o644, Phase: p.phase(), Content: Content{Source: source},
	})
	p.sources = append(p.sources, sealer.Source{FS: oneFile(path.Base(name)), Path: path.Base(name)})
}

// finish finds out how the app is launched.
func (p *appPart) finish() error {
	if len(p.charts) > 0 && len(p.charts) == len(p.sources) {
		var commands []string
		for _, file := range p.charts {
			commands = append(commands, fmt.Sprintf("helm upgrade --install %s %s", p.name, file))
		}
		app := sealer.Application{Name: p.name, Cmds: []string{strings.Join(commands, " && ")}}
		p.plan.Apps = append(p.plan.Apps, app)
		return nil
	}
	app, err := sealer.Detect(p.name, p.sources...)
	if err != nil {
		return err
	}
	p.plan.Apps = append(p.plan.Apps, app)
	return nil
}

// changeApp changes an app that was declared before.
func (b *builder) changeApp(name string, change func(*sealer.Application)) error {
	for i := range b.plan.Apps {
		if b.plan.Apps[i].Name == name {
			change(&b.plan.Apps[i])
			return nil
		}
	}
	if b.plan.Base != "" {
		return fmt.Errorf("app %s is not declared in this Kubefile, and the apps of a base image cannot be changed", name)
	}
	return fmt.Errorf("app %s is not declared above", name)
}

// oneFile is a file system of one empty file, for what is not there yet.
type oneFile string

func (f oneFile) Open(name string) (fs.File, error) {
	if name != string(f) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return emptyFile(f), nil
}

func encoded(d digest.Digest) string {
	if d == "" {
		return ""
	}
	return d.Encoded()
}
