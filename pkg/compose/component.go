package compose

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// Places of a component in the root file system.
const (
	// RecordDir holds what the image says of itself: the lock, and the
	// definition of each component.
	RecordDir = "opc"
	// LockFile is the lock the image was baked from.
	LockFile = RecordDir + "/opc.lock"
	// ComponentFile is the name of a component's definition in its record.
	ComponentFile = "component.yaml"
	// LaunchFile starts a component, in its directory of application/apps.
	LaunchFile = "launch.sh"
)

// ComponentDir is where the definition of a component stands in an image.
func ComponentDir(name string) string { return path.Join(RecordDir, "components", name) }

// addComponent puts a component into the plan: its charts, values, manifests
// and files, the script that launches it, and its definition, so that the image
// can be checked against itself later. app is the name it is launched by.
func (b *builder) addComponent(app string, c *catalog.Component) error {
	if b.hasComponent(c.Name) {
		return fmt.Errorf("component %s is named twice", c.Name)
	}
	p := componentPart{builder: b, component: c, dir: sealer.AppDir(app)}
	steps := []func() error{p.charts, p.manifests, p.files, p.builds, p.record, p.launch}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("component %s: %w", c.Name, err)
		}
	}
	b.plan.Components = append(b.plan.Components, c)
	b.plan.Apps = append(b.plan.Apps, sealer.Application{Name: app, Cmds: []string{"sh " + LaunchFile}})
	return nil
}

func (b *builder) hasComponent(name string) bool {
	for _, c := range b.plan.Components {
		if c.Name == name {
			return true
		}
	}
	return false
}

// componentPart is one component on its way into a plan.
type componentPart struct {
	*builder
	component *catalog.Component
	dir       string // its directory in the root file system
}

func (p componentPart) charts() error {
	for _, c := range p.component.Install.Charts {
		if c.Values != "" {
			if err := p.copyFile(c.Values, path.Join(p.dir, c.ValuesFile())); err != nil {
				return err
			}
		}
		if c.Path != "" {
			if err := p.copyDir(c.Path, path.Join(p.dir, c.File())); err != nil {
				return err
			}
			continue
		}
		chart := Chart{Repository: c.Repository, Name: c.Chart, Version: c.Version}
		source := p.download(Download{Source: chart.Source(), Chart: &chart, SHA256: c.SHA256, For: p.component.Name})
		p.put(path.Join(p.dir, c.File()), 0o644, "", Content{Source: source})
	}
	return nil
}

func (p componentPart) manifests() error {
	for _, m := range p.component.Install.Manifests {
		dest := path.Join(p.dir, m.File())
		if m.Path == "" {
			source := p.download(Download{Source: m.URL, SHA256: m.SHA256, For: p.component.Name})
			p.put(dest, 0o644, "", Content{Source: source, Edits: m.Edits})
			continue
		}
		data, err := fs.ReadFile(p.component.Files(), m.Path)
		if err != nil {
			return err
		}
		text, err := m.Edit(string(data))
		if err != nil {
			return err
		}
		p.put(dest, 0o644, "", Content{Data: []byte(text)})
	}
	return nil
}

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
	content, err := p.content(f)
	if err == nil {
		p.put(dest, f.FileMode(), f.Platform, content)
	}
	return err
}

func (p componentPart) content(f catalog.File) (Content, error) {
	if f.Path == "" {
		return Content{Source: p.downloadFile(f), Member: f.Member}, nil
	}
	data, err := fs.ReadFile(p.component.Files(), f.Path)
	return Content{Data: data}, err
}

// builds plans the container images that are assembled; they go into the
// cluster's registry and not into its root file system.
func (p componentPart) builds() error {
	for _, b := range p.component.Build {
		build := Build{Build: b, Owner: p.component.Name}
		for _, f := range b.Files {
			content, err := p.content(f)
			if err != nil {
				return fmt.Errorf("image %s: %w", b.Name, err)
			}
			build.Contents = append(build.Contents, File{
				Name: strings.TrimPrefix(f.Dest, "/"), Mode: f.FileMode(), Platform: f.Platform, Content: content,
			})
		}
		p.plan.Builds = append(p.plan.Builds, build)
	}
	return nil
}

func (p componentPart) downloadFile(f catalog.File) string {
	d := Download{Source: f.URL, SHA256: f.SHA256, Size: int64(f.Size), For: p.component.Name}
	if f.Platform != "" {
		d.Platforms = []string{f.Platform}
	}
	return p.download(d)
}

// record keeps the component's own folder in the image.
func (p componentPart) record() error {
	dir := ComponentDir(p.component.Name)
	return fs.WalkDir(p.component.Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return p.copyFile(name, path.Join(dir, name))
	})
}

func (p componentPart) launch() error {
	script, err := p.component.LaunchScript()
	if err != nil {
		return err
	}
	p.put(path.Join(p.dir, LaunchFile), 0o755, "", Content{Data: script})
	return nil
}

func (p componentPart) copyDir(from, to string) error {
	return fs.WalkDir(p.component.Files(), from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return p.copyFile(name, path.Join(to, strings.TrimPrefix(name, from)))
	})
}

func (p componentPart) copyFile(from, to string) error {
	data, err := fs.ReadFile(p.component.Files(), from)
	if err != nil {
		return err
	}
	p.put(to, 0o644, "", Content{Data: data})
	return nil
}

func (p componentPart) put(name string, mode fs.FileMode, platform string, content Content) {
	p.plan.Files = append(p.plan.Files, File{
		Name: name, Mode: mode, Owner: p.component.Name, Platform: platform, Phase: p.phase(), Content: content,
	})
}

// Source identifies the chart among downloads; see [lock.Download].
func (c Chart) Source() string {
	repository := strings.TrimSuffix(c.Repository, "/")
	if strings.HasPrefix(repository, "oci://") {
		return repository + "/" + c.Name + ":" + c.Version
	}
	return repository + "#" + c.Name + "@" + c.Version
}
