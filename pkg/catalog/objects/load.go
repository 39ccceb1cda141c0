package objects

import (
	"context"
	"fmt"
	"io/fs"

	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// object is one that a component brings.
type object struct {
	at     string         // where the component says so
	fields map[string]any // its content
	single map[string]any // its content in a cluster of a single node
}

// name is the kind and the name.
func (o object) name() string {
	return fmt.Sprintf("%v %v", o.fields["kind"], at(o.fields, "metadata", "name"))
}

// problem is a file that cannot be read.
type problem struct {
	at  string
	err error
}

// load reads and renders what is the component's own.
func load(ctx context.Context, c *catalog.Component) (list []object, errs []problem) {
	add := func(at string, usual, single []manifest.Document, err error) {
		var found []object
		if err == nil {
			found, err = pair(at, usual, single)
		}
		if err != nil {
			errs = append(errs, problem{at, err})
		}
		list = append(list, found...)
	}
	for i, release := range c.Install.Charts {
		if release.Path == "" {
			continue
		}
		usual, single, err := render(ctx, c, release)
		add(fmt.Sprintf("install.charts[%d]", i), usual, single, err)
	}
	for i, m := range c.Install.Manifests {
		if m.Path == "" {
			continue
		}
		usual, single, err := read(c, m)
		add(fmt.Sprintf("install.manifests[%d]", i), usual, single, err)
	}
	return list, errs
}

func render(ctx context.Context, c *catalog.Component, release catalog.Chart) (usual, single []manifest.Document, err error) {
	dir, err := fs.Sub(c.Files(), release.Path)
	if err != nil {
		return nil, nil, err
	}
	loaded, err := chart.LoadDir(dir, chart.Limits{})
	if err != nil {
		return nil, nil, err
	}
	opts := chart.Options{Release: release.Release, Namespace: c.NamespaceOf(release.Namespace)}
	for i, name := range []string{release.Values, release.SingleValues} {
		if name != "" {
			values, err := fs.ReadFile(c.Files(), name)
			if err != nil {
				return nil, nil, err
			}
			opts.Values = append(opts.Values, values)
		}
		docs, err := chart.Render(ctx, loaded, opts)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			usual = docs
		}
		single = docs
	}
	return usual, single, nil
}

func read(c *catalog.Component, m catalog.Manifest) (usual, single []manifest.Document, err error) {
	data, err := fs.ReadFile(c.Files(), m.Path)
	if err != nil {
		return nil, nil, err
	}
	text, err := m.Edit(string(data))
	if err != nil {
		return nil, nil, err
	}
	other, err := m.EditSingle(text)
	if err != nil {
		return nil, nil, err
	}
	if usual, err = manifest.Split(m.Path, []byte(text), manifest.Limits{}); err != nil {
		return nil, nil, err
	}
	single, err = manifest.Split(m.Path, []byte(other), manifest.Limits{})
	return usual, single, err
}

// pair puts each object beside itself in a cluster of a single node.
func pair(at string, usual, single []manifest.Document) ([]object, error) {
	others := map[string]map[string]any{}
	for _, doc := range single {
		var fields map[string]any
		if err := yaml.Unmarshal(doc.Data, &fields); err != nil {
			return nil, fmt.Errorf("%s: %w", doc.File, err)
		}
		others[object{fields: fields}.name()] = fields
	}
	var list []object
	for _, doc := range usual {
		o := object{at: at}
		if err := yaml.Unmarshal(doc.Data, &o.fields); err != nil {
			return nil, fmt.Errorf("%s: %w", doc.File, err)
		}
		if len(o.fields) > 0 {
			o.single = others[o.name()]
			list = append(list, o)
		}
	}
	return list, nil
}
