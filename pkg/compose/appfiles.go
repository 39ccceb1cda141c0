package compose

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// appPart is one app of files on its way into a plan.
type appPart struct {
	*builder
	name, dir string
	from      map[string]string // sources of the files, by name
	sources   [][]string        // files of each source, within the app's directory
	charts    []release
}

// release is an archive of a chart that is to be installed.
type release struct{ chart, file string }

func (p *appPart) add(source kubefile.Source) error {
	switch source.Kind {
	case kubefile.Local:
		return p.addLocal(source)
	case kubefile.Download:
		base, err := urlBase(source.URL)
		if err != nil {
			return err
		}
		return p.put(source.Text, base, Download{Source: source.URL})
	case kubefile.HelmChart, kubefile.OCIChart:
		return p.addChart(source)
	}
	return errOnlySource
}

func (p *appPart) addLocal(source kubefile.Source) error {
	if p.context == nil {
		return errNoContext
	}
	names, err := p.context.Glob(source.Path)
	if err != nil {
		return err
	}
	for _, name := range names {
		files, err := p.context.copyTo(name, p.dir, true)
		if err != nil {
			return err
		}
		var list []string
		for _, f := range files {
			if f.Phase = p.phase(); !f.Mode.IsDir() {
				within := strings.TrimPrefix(f.Name, p.dir+"/")
				if other, taken := p.from[within]; taken {
					p.warn("%s: the file %s of %s replaces that of %s", source.Pos, within, source.Text, other)
				}
				p.from[within] = source.Text
				list = append(list, within)
			}
			p.plan.Files = append(p.plan.Files, f)
		}
		p.sources = append(p.sources, list)
	}
	return nil
}

func (p *appPart) addChart(source kubefile.Source) error {
	c := source.Chart
	switch {
	case c.Digest != "":
		return fmt.Errorf("chart %s is named by the digest of a manifest; name its version, the lock pins the digest", c.Name)
	case c.Version == "":
		return fmt.Errorf("chart %s has no version; name the one you want, so that the image can be built again", c.Name)
	}
	chart := Chart{Repository: c.Repository, Name: c.Name, Version: c.Version}
	file := path.Join("charts", c.Name+"-"+c.Version+".tgz")
	p.charts = append(p.charts, release{c.Name, file})
	return p.put(source.Text, file, Download{Source: chart.Source(), Chart: &chart})
}

// put adds a file that is downloaded.
func (p *appPart) put(source, name string, d Download) error {
	if err := p.claim(name, source); err != nil {
		return err
	}
	d.For = "app " + p.name
	p.plan.Files = append(p.plan.Files, File{
		Name: path.Join(p.dir, name), Mode: 0o644, Phase: p.phase(), Content: Content{Source: p.download(d)},
	})
	p.sources = append(p.sources, []string{name})
	return nil
}

// claim refuses a download of the name of another file: it would replace it.
// Files of the context replace one another, as with sealer.
func (p *appPart) claim(name, source string) error {
	if other, taken := p.from[name]; taken {
		return fmt.Errorf("both %s and %s give the app a file %s; give them apps of their own", other, source, name)
	}
	p.from[name] = source
	return nil
}

// application tells how the app is launched. Chart archives are installed in
// order: a single one as a release of the app's name, several as releases of
// their own names. The rest is sealer's rule.
func (p *appPart) application() sealer.Application {
	if len(p.charts) == 0 || len(p.charts) != len(p.sources) {
		return sealer.Detect(p.name, p.sources...)
	}
	var commands []string
	for _, r := range p.charts {
		name := r.chart
		if len(p.charts) == 1 {
			name = p.name
		}
		commands = append(commands, fmt.Sprintf("helm upgrade --install %s %s", name, r.file))
	}
	return sealer.Application{Name: p.name, Cmds: []string{strings.Join(commands, " && ")}}
}

// errNoLaunch tells what to do with an app that sealer cannot launch.
func errNoLaunch(app string) error {
	return errors.New("app " + app + " is neither a chart nor only .yaml nor only .sh files, so that sealer cannot tell how to launch it; say how with APPCMDS " + app + ` ["…"]`)
}
