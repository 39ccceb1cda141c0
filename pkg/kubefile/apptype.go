package kubefile

import (
	"io/fs"
	"net/url"
	"path"
	"strings"
)

// The types of apps in a cluster image: how sealer launches an app without
// APPCMDS.
const (
	HelmApp  = "helm"  // helm install
	KubeApp  = "kube"  // kubectl apply -f of each file
	ShellApp = "shell" // bash of the first file
)

// DetectAppType tells the type of an app by its local and downloaded files, as
// sealer does: a chart; or only .yaml and .yml files; or only .sh files. It is
// empty for anything else. Sources of other kinds have their own ways to launch:
// an app with one of them is a HelmApp here.
func DetectAppType(c *Context, sources []Source) (string, error) {
	var d detector
	for _, s := range sources {
		switch s.Kind {
		case Download:
			u, err := url.Parse(s.URL)
			if err != nil {
				return "", err
			}
			d.file(path.Base(u.Path), true)
		case Local:
			names, err := c.Glob(s.Path)
			if err != nil {
				return "", err
			}
			for _, name := range names {
				if err := d.local(c, name); err != nil {
					return "", err
				}
			}
		default:
			return HelmApp, nil
		}
	}
	return d.kind(), nil
}

// detector collects what the files of an app are.
type detector struct {
	chart                bool
	chartYAML, values    bool // lie at the top of a source
	templates            bool
	shell, kube, unknown bool
}

// file takes in one file; top says that it is at the top of a source.
func (d *detector) file(name string, top bool) {
	switch strings.ToLower(path.Ext(name)) {
	case ".sh":
		d.shell = true
	case ".yaml", ".yml":
		d.kube = true
	default:
		d.unknown = true
	}
	if top {
		d.chartYAML = d.chartYAML || strings.HasSuffix(name, "Chart.yaml")
		d.values = d.values || strings.HasSuffix(name, "values.yaml")
		d.templates = d.templates || strings.HasSuffix(name, "templates")
	}
}

// local takes in a file or directory of the context.
func (d *detector) local(c *Context, root string) error {
	isChart := true
	for _, part := range []string{"Chart.yaml", "values.yaml", "templates"} {
		_, err := fs.Stat(c.fsys, path.Join(root, part))
		isChart = isChart && err == nil
	}
	d.chart = d.chart || isChart
	return c.Walk(root, func(name string, entry fs.DirEntry) error {
		if !entry.IsDir() {
			d.file(path.Base(name), name == root || path.Dir(name) == root)
		}
		return nil
	})
}

func (d *detector) kind() string {
	switch {
	case d.chart || d.chartYAML && d.values && d.templates:
		return HelmApp
	case d.unknown || d.shell == d.kube:
		return ""
	case d.shell:
		return ShellApp
	}
	return KubeApp
}
