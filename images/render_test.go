package images_test

import (
	"io/fs"
	"path"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/chart"
	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// components loads the catalog.
func components(t *testing.T) []*catalog.Component {
	t.Helper()
	c, err := catalog.Load(images.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c.Components()
}

// component finds one by its name.
func component(t *testing.T, name string) *catalog.Component {
	t.Helper()
	for _, c := range components(t) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no component %s", name)
	return nil
}

// objects renders the component's own charts with its values, as they will be
// installed, and reads its own manifests.
func objects(t *testing.T, c *catalog.Component) []map[string]any {
	t.Helper()
	var list []map[string]any
	for _, release := range c.Install.Charts {
		if release.Path != "" {
			list = append(list, render(t, c, release)...)
		}
	}
	for _, m := range c.Install.Manifests {
		if m.Path != "" {
			list = append(list, parse(t, path.Join(c.Name, m.Path), read(t, c, m.Path))...)
		}
	}
	return list
}

// render is what Helm makes of one of the component's own charts. Further values
// go before those of the release.
func render(t *testing.T, c *catalog.Component, release catalog.Chart, more ...string) []map[string]any {
	t.Helper()
	dir, err := fs.Sub(c.Files(), release.Path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := chart.LoadDir(dir, chart.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	opts := chart.Options{Release: release.Release, Namespace: c.NamespaceOf(release.Namespace)}
	if release.Values != "" {
		opts.Values = [][]byte{read(t, c, release.Values)}
	}
	for _, text := range more {
		opts.Values = append(opts.Values, []byte(text))
	}
	docs, err := chart.Render(t.Context(), loaded, opts)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	for _, doc := range docs {
		list = append(list, parse(t, doc.File, doc.Data)...)
	}
	return list
}

func read(t *testing.T, c *catalog.Component, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(c.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// values reads a values file of the component.
func values(t *testing.T, c *catalog.Component, name string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := yaml.UnmarshalStrict(read(t, c, name), &v); err != nil {
		t.Fatalf("%s/%s: %v", c.Name, name, err)
	}
	return v
}

func parse(t *testing.T, name string, data []byte) []map[string]any {
	t.Helper()
	docs, err := manifest.Split(name, data, manifest.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	for _, doc := range docs {
		var object map[string]any
		if err := yaml.UnmarshalStrict(doc.Data, &object); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, object)
	}
	return list
}
