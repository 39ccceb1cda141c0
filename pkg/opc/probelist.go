package opc

import (
	"cmp"
	"slices"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/source"
)

// probesOf lists what components take from upstream, each once.
func probesOf(list []*catalog.Component) []Probe {
	found := prober{}
	for _, c := range list {
		found.images(c)
		found.installs(c)
	}
	var probes []Probe
	for _, p := range found {
		slices.Sort(p.Platforms)
		p.Platforms = slices.Compact(p.Platforms)
		slices.Sort(p.Components)
		p.Components = slices.Compact(p.Components)
		probes = append(probes, *p)
	}
	slices.SortFunc(probes, func(a, b Probe) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return probes
}

// prober collects probes by kind and name.
type prober map[string]*Probe

func (f prober) add(c *catalog.Component, kind, name string, platforms ...string) *Probe {
	p := f[kind+" "+name]
	if p == nil {
		p = &Probe{Kind: kind, Name: name}
		f[kind+" "+name] = p
	}
	p.Components = append(p.Components, c.Name)
	p.Platforms = append(p.Platforms, platforms...)
	return p
}

// images adds those that upstream publishes, each under the names it has there.
func (f prober) images(c *catalog.Component) {
	built := map[string]bool{}
	for _, b := range c.Build {
		built[b.Name] = true
		if b.From != "" {
			f.add(c, "image", b.From, b.Platforms...)
		}
		f.files(c, b.Files)
	}
	for _, image := range c.Images {
		if built[image.Name] {
			continue
		}
		if len(image.Platforms) == 0 {
			f.add(c, "image", image.Name)
		}
		for _, platform := range image.Platforms {
			name := image.Name
			if other := image.PublishedAs[platform]; other != "" {
				name = other
			}
			f.add(c, "image", name, platform)
		}
	}
}

func (f prober) installs(c *catalog.Component) {
	for _, chart := range c.Install.Charts {
		if chart.Repository != "" {
			p := f.add(c, "chart", chart.Repository+" "+chart.Chart+" "+chart.Version)
			p.chart = source.Chart{Repo: chart.Repository, Name: chart.Chart, Version: chart.Version, For: c.Name}
		}
	}
	for _, m := range c.Install.Manifests {
		if m.URL != "" {
			f.add(c, "file", m.URL)
		}
	}
	f.files(c, c.Install.HostFiles)
	f.files(c, c.Install.BundleFiles)
}

func (f prober) files(c *catalog.Component, list []catalog.File) {
	for _, file := range list {
		if file.URL != "" {
			f.add(c, "file", file.URL)
		}
	}
}
