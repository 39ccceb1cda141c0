package catalog_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// minimal is the least that loads, and breaks no rule.
const minimal = `name: demo
title: Demo
group: foundation
description: For tests.
version: "1.0"
licence:
  spdx: MIT
platforms: [linux/amd64]
namespace: demo
`

// folder is a catalog in memory: component files by name of the component, and
// other files by path.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		if !strings.Contains(name, "/") {
			name += "/component.yaml"
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// named is minimal under another name, with more lines.
func named(name string, lines ...string) string {
	return strings.Replace(minimal, "name: demo", "name: "+name, 1) + strings.Join(lines, "\n") + "\n"
}

func load(t *testing.T, files map[string]string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func get(t *testing.T, c *catalog.Catalog, name string) *catalog.Component {
	t.Helper()
	component, err := c.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return component
}

// problems loads files that must not load, and returns what is wrong.
func problems(t *testing.T, files map[string]string) []string {
	t.Helper()
	_, err := catalog.Load(folder(files))
	var list catalog.Problems
	if !errors.As(err, &list) {
		t.Fatalf("want problems, got %v", err)
	}
	if err.Error() != strings.Join(texts(list), "\n") {
		t.Errorf("the error %q is not the list of its problems", err)
	}
	return texts(list)
}

func texts(list catalog.Problems) []string {
	var all []string
	for _, p := range list {
		all = append(all, p.Error())
	}
	return all
}
