// Package chart loads helm charts and renders them as they will be installed:
// with their values, the target Kubernetes version and its API set, without a
// cluster and without a network.
//
// It links helm's template engine. Programs that only read a chart repository's
// index want package repo, those that only handle rendered documents package
// manifest; neither links it.
package chart

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// Chart is a loaded chart with its sub-charts. Rendering does not change it.
type Chart struct {
	files  []file
	meta   *v2.Metadata
	asks   bool
	limits Limits
}

// file is one file of a chart; name is a slash path relative to its root.
type file struct {
	name string
	data []byte
}

// Name is the chart's name.
func (c *Chart) Name() string { return c.meta.Name }

// Version is the chart's version.
func (c *Chart) Version() string { return c.meta.Version }

// AppVersion is the version of what the chart installs, as its author wrote it.
func (c *Chart) AppVersion() string { return c.meta.AppVersion }

// KubeVersion is the constraint on the Kubernetes version, empty for none.
func (c *Chart) KubeVersion() string { return c.meta.KubeVersion }

// Annotations are the annotations of Chart.yaml. The caller owns the map.
func (c *Chart) Annotations() map[string]string { return maps.Clone(c.meta.Annotations) }

// ID is the name and version joined with a dash, as chart archives are named.
func (c *Chart) ID() string { return c.meta.Name + "-" + c.meta.Version }

// AsksAPIs reports whether a template, also of a sub-chart, may print something
// else when the cluster serves other APIs. One that does not needs no
// Options.APIVersions.
func (c *Chart) AsksAPIs() bool { return c.asks }

// newChart parses the files once to report what is wrong with them early.
func newChart(files []file, limits Limits) (*Chart, error) {
	slices.SortFunc(files, func(a, b file) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	parsed, err := parse(files)
	if err != nil {
		return nil, err
	}
	return &Chart{files: files, meta: parsed.Metadata, asks: asksAPIs(parsed), limits: limits}, nil
}

// parse builds helm's own type. Helm changes it while it processes dependencies,
// so each rendering starts from a fresh one.
func parse(files []file) (*v2.Chart, error) {
	buffered := make([]*archive.BufferedFile, len(files))
	for i, f := range files {
		buffered[i] = &archive.BufferedFile{Name: f.name, Data: f.data}
	}
	parsed, err := loader.LoadFiles(buffered)
	if err != nil {
		return nil, fmt.Errorf("read chart: %w", invalid(err))
	}
	return parsed, nil
}

// LoadDir reads a chart from the root of fsys, for example os.DirFS(dir) or
// os.Root.FS. Files that .helmignore names are left out, as helm leaves them out.
// Links are not followed.
func LoadDir(fsys fs.FS, limits Limits) (*Chart, error) {
	limits = limits.withDefaults()
	b := &budget{limits: limits}
	files, err := readDir(fsys, b)
	if err != nil {
		return nil, fmt.Errorf("chart directory: %w", invalid(err))
	}
	return newChart(files, limits)
}
