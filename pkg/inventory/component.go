package inventory

import (
	"context"
	"fmt"
	"path"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/discover"
)

// component finds the images of a component: it renders the charts and reads the
// manifests in the order in which they are installed.
func (s *scanner) component(ctx context.Context, p part) (*discover.Decision, error) {
	var reports []discover.Report
	install := func(docs []manifest.Document, err error) error {
		if err != nil {
			return fmt.Errorf("component %s: %w", p.component.Name, err)
		}
		found, err := s.finder.Find(ctx, p.component.Name, docs)
		if err != nil {
			return err
		}
		p.served.add(found.APIs)
		reports = append(reports, *found)
		return nil
	}
	for _, m := range p.component.Install.Manifests {
		if m.First {
			if err := install(s.manifest(p, m)); err != nil {
				return nil, err
			}
		}
	}
	for _, release := range p.component.Install.Charts {
		if err := install(s.release(ctx, p, release)); err != nil {
			return nil, err
		}
	}
	for _, m := range p.component.Install.Manifests {
		if !m.First {
			if err := install(s.manifest(p, m)); err != nil {
				return nil, err
			}
		}
	}
	return discover.Decide(declared(p.component), discover.Merge(reports...)), nil
}

// manifest reads a manifest of a component.
func (s *scanner) manifest(p part, m catalog.Manifest) ([]manifest.Document, error) {
	data, err := s.read(path.Join(p.dir, m.File()))
	if err != nil {
		return nil, err
	}
	return manifest.Split(m.File(), data, manifest.Limits{})
}

// declared is what a component's definition says about its images.
func declared(c *catalog.Component) discover.Component {
	d := discover.Component{Name: c.Name}
	for _, image := range c.Images {
		d.Declared = append(d.Declared, discover.DeclaredImage{Image: image.Name, Extra: image.Extra})
	}
	for _, e := range c.Exclude {
		d.Exclude = append(d.Exclude, discover.Exclusion{Image: e.Name, Reason: e.Reason})
	}
	return d
}

// release renders one chart of a component as it will be installed. What its
// author lists in annotations does not count: the component lists its images.
func (s *scanner) release(ctx context.Context, p part, r catalog.Chart) ([]manifest.Document, error) {
	name := path.Join(p.dir, r.File())
	ch, err := s.loadChart(name, r.Path != "")
	if err != nil {
		return nil, err
	}
	opts := chart.Options{Release: r.Release, Namespace: p.component.NamespaceOf(r.Namespace)}
	if r.Values != "" {
		values, err := s.read(path.Join(p.dir, r.ValuesFile()))
		if err != nil {
			return nil, err
		}
		opts.Values = [][]byte{values}
	}
	return s.render(ctx, ch, p, opts)
}
