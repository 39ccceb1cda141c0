package images_test

import (
	"io/fs"
	"path"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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

// field is what stands at a path of an object; nil when nothing does.
func field(object map[string]any, keys ...string) any {
	v, _, _ := unstructured.NestedFieldNoCopy(object, keys...)
	return v
}

// maps are the mappings in a list.
func maps(v any) []map[string]any {
	var found []map[string]any
	list, _ := v.([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			found = append(found, m)
		}
	}
	return found
}

// pod is the specification of a workload's pods; nil when it has none.
func pod(object map[string]any) map[string]any {
	spec, _ := field(object, "spec", "template", "spec").(map[string]any)
	return spec
}

// containers are those of a pod's specification, those that start it included.
func containers(spec map[string]any) []map[string]any {
	return append(maps(spec["containers"]), maps(spec["initContainers"])...)
}

// find is the object of a kind and name.
func find(t *testing.T, list []map[string]any, kind, name string) map[string]any {
	t.Helper()
	for _, o := range list {
		if o["kind"] == kind && field(o, "metadata", "name") == name {
			return o
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return nil
}

// environment are the variables that a container gets, with secrets as long as
// the launch makes them, and references to variables above replaced.
func environment(c *catalog.Component, container map[string]any) map[string]string {
	made := map[string]string{}
	for _, s := range c.Secrets {
		for key, value := range s.Values {
			made[s.Name+"/"+key] = value
		}
		for _, key := range s.Generate {
			made[s.Name+"/"+key] = strings.Repeat("0123456789abcdef", 2)
		}
	}
	env := map[string]string{}
	for _, e := range maps(container["env"]) {
		name, _ := e["name"].(string)
		value, _ := e["value"].(string)
		for other, text := range env {
			value = strings.ReplaceAll(value, "$("+other+")", text)
		}
		secret, _ := field(e, "valueFrom", "secretKeyRef", "name").(string)
		key, _ := field(e, "valueFrom", "secretKeyRef", "key").(string)
		if secret != "" {
			value = made[secret+"/"+key]
		}
		if field(e, "valueFrom", "fieldRef", "fieldPath") == "metadata.name" {
			value = "POD"
		}
		env[name] = value
	}
	return env
}
