package compose

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// KubeVersionEnv is the variable by which a component with Kubernetes tells the
// scripts of the image its version.
const KubeVersionEnv = "KubeVersion"

// Places of a component in the root file system.
const (
	// RecordDir holds what the image says of itself: the lock, and the
	// definition of each component.
	RecordDir = "opc"
	// LockFile is the lock the image was baked from.
	LockFile = RecordDir + "/opc.lock"
	// ComponentsDir has the definition of each component, in a directory of its
	// name.
	ComponentsDir = RecordDir + "/components"
	// LaunchFile starts a component, in its directory of application/apps.
	LaunchFile = "launch.sh"
	// UninstallFile takes it out of the cluster, from the same directory.
	UninstallFile = "uninstall.sh"
)

// ComponentDir is where the definition of a component stands in an image.
func ComponentDir(name string) string { return path.Join(ComponentsDir, name) }

// addComponent puts a component into the plan: its charts, values, manifests
// and files, the script that launches it, and its definition, so that the image
// can be checked against itself later.
func (b *builder) addComponent(c *catalog.Component) error {
	p := componentPart{builder: b, component: c, dir: sealer.AppDir(c.Name)}
	for _, step := range []func() error{p.charts, p.manifests, p.files, p.builds, p.record, p.launch} {
		if err := step(); err != nil {
			return fmt.Errorf("component %s: %w", c.Name, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Env)) {
		b.plan.Env = append(b.plan.Env, key+"="+c.Env[key])
	}
	if v := c.Env[KubeVersionEnv]; v != "" && !b.request.kubeVersionGiven {
		b.plan.KubeVersion = v
	}
	b.plan.Components = append(b.plan.Components, c)
	b.plan.Apps = append(b.plan.Apps, sealer.Application{Name: c.Name, Cmds: []string{"sh " + LaunchFile}})
	return nil
}

// componentPart is one component on its way into a plan.
type componentPart struct {
	*builder
	component *catalog.Component
	dir       string // its directory in the root file system
}

func (p componentPart) charts() error {
	for _, c := range p.component.Install.Charts {
		for _, values := range [][2]string{{c.Values, c.ValuesFile()}, {c.SingleValues, c.SingleFile()}} {
			if values[0] == "" {
				continue
			}
			if err := p.copyFile(values[0], path.Join(p.dir, values[1])); err != nil {
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
			if dual := m.DualFile(); dual != "" {
				p.put(path.Join(p.dir, dual), 0o644, "", Content{Source: source, Edits: slices.Concat(m.Edits, m.DualEdits)})
			}
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
		if m.SingleFile() == "" {
			continue
		}
		if text, err = m.EditSingle(text); err != nil {
			return err
		}
		p.put(path.Join(p.dir, m.SingleFile()), 0o644, "", Content{Data: []byte(text)})
	}
	return nil
}

// record keeps the component's own folder in the image.
func (p componentPart) record() error {
	return p.copyDir(".", ComponentDir(p.component.Name))
}

func (p componentPart) launch() error {
	launch, err := p.component.LaunchScript()
	if err != nil {
		return err
	}
	uninstall, err := p.component.UninstallScript()
	if err != nil {
		return err
	}
	p.put(path.Join(p.dir, LaunchFile), 0o755, "", Content{Data: launch})
	p.put(path.Join(p.dir, UninstallFile), 0o755, "", Content{Data: uninstall})
	return nil
}

func (p componentPart) copyDir(from, to string) error {
	return fs.WalkDir(p.component.Files(), from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		within := name
		if from != "." {
			within = strings.TrimPrefix(name, from+"/")
		}
		return p.copyFile(name, path.Join(to, within))
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

// wanted tells whether files of a platform are built for; empty is any.
func (p componentPart) wanted(platform string) bool {
	return platform == "" || slices.Contains(p.plan.Platforms, platform)
}
