package inventory_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
)

func podOf(image string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: a, image: \"" + image + "\"}]}\n"
}

// chartFiles are those of a chart below a directory; values replace its own.
func chartFiles(dir string) map[string]string {
	return map[string]string{
		dir + "/Chart.yaml":                    "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
		dir + "/values.yaml":                   "tag: v1\nextra: false\n",
		dir + "/templates/pod.yaml":            podOf("registry.example/shop/chart:{{ .Values.tag }}"),
		dir + "/templates/extra.yaml":          "{{ if .Values.extra }}\n" + podOf("registry.example/shop/extra:v1") + "{{ end }}\n",
		dir + "/templates/where.yaml":          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ .Release.Name }}-{{ .Release.Namespace }}\"}\n",
		dir + "/charts/sub/Chart.yaml":         "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
		dir + "/charts/sub/templates/pod.yaml": podOf("registry.example/shop/sub:v1"),
	}
}

func with(sets ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, s := range sets {
		maps.Copy(all, s)
	}
	return all
}

// definition is the record of a component.
func definition(name, lines string) map[string]string {
	return map[string]string{"opc/components/" + name + "/component.yaml": `name: ` + name + `
title: Demo
group: foundation
description: For tests.
version: "1"
licence: {spdx: MIT}
platforms: [linux/amd64, linux/arm64]
namespace: demo
` + lines}
}

// TestPlain reads what belongs to no component, wherever sealer looks.
func TestPlain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"nothing":       {map[string]string{"bin/x": "x"}, []string{}},
		"a manifest":    {map[string]string{"manifests/deep/a.yml": pod}, []string{"registry.example/shop/web:v1"}},
		"an app":        {map[string]string{"application/apps/web/a.yaml": pod}, []string{"registry.example/shop/web:v1"}},
		"elsewhere":     {map[string]string{"etc/a.yaml": pod}, []string{}},
		"no YAML":       {map[string]string{"manifests/a.json.txt": pod}, []string{}},
		"a list":        {map[string]string{"manifests/imageList": "# ours\n\nnginx:1.27 # web\n"}, []string{"docker.io/library/nginx:1.27"}},
		"an app's list": {map[string]string{"application/apps/web/imageList": "nginx:1.27"}, []string{"docker.io/library/nginx:1.27"}},
		"a chart, with its sub-chart": {chartFiles("charts/shop"),
			[]string{"registry.example/shop/chart:v1", "registry.example/shop/sub:v1"}},
		"an app that is a chart": {chartFiles("application/apps/shop"),
			[]string{"registry.example/shop/chart:v1", "registry.example/shop/sub:v1"}},
		"a kustomization": {map[string]string{
			"manifests/k/kustomization.yaml": "resources: [pod.yaml]\nimages: [{name: registry.example/shop/web, newTag: v9}]\n",
			"manifests/k/pod.yaml":           pod,
		}, []string{"registry.example/shop/web:v9"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := scan(t, test.files)
			if diff := cmp.Diff(test.want, images(report)); diff != "" {
				t.Error(diff)
			}
			if err := report.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestComponent renders a component as it will be installed, and holds what it
// finds against what the component says.
func TestComponent(t *testing.T) {
	t.Parallel()
	install := "install:\n  charts: [{release: shop, path: chart, values: own.yaml, namespace: other}]\n  manifests: [{path: web.yaml}]\n"
	folder := with(chartFiles("opc/components/shop/chart"), map[string]string{"opc/components/shop/own.yaml": "tag: v2", "opc/components/shop/web.yaml": pod})
	files := with(chartFiles("application/apps/shop/charts/shop"), folder, map[string]string{
		"application/apps/shop/values/shop.yaml":    "tag: v2\nextra: true\n",
		"application/apps/shop/manifests/web.yaml":  pod,
		"application/apps/shop/files/ignored.yaml":  podOf("registry.example/never:v1"),
		"application/apps/shop/manifests/other.yml": podOf("registry.example/never:v2"),
	})
	all := []string{"registry.example/shop/chart:v2", "registry.example/shop/extra:v1", "registry.example/shop/sub:v1", "registry.example/shop/web:v1"}
	declared := "images:\n"
	for _, image := range all {
		declared += "  - {name: \"" + image + "\", found: rendered}\n"
	}
	for name, test := range map[string]struct {
		lines    string
		want     []string
		problems []string
	}{
		"as declared": {install + declared, all, []string{}},
		"undeclared": {install + strings.Replace(declared, "shop/web:v1", "shop/old:v1", 1), all,
			[]string{"vanished registry.example/shop/old:v1", "undeclared registry.example/shop/web:v1"}},
		"extra": {install + declared + "  - {name: \"registry.example/hidden:v1\", extra: the program knows it}\n",
			append([]string{"registry.example/hidden:v1"}, all...), []string{}},
		"excluded": {install + strings.Replace(declared, "  - {name: \"registry.example/shop/extra:v1\", found: rendered}\n", "", 1) +
			"exclude: [{name: \"registry.example/shop/extra:*\", reason: never asked for}]\n",
			[]string{all[0], all[2], all[3]}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := scan(t, with(files, definition("shop", test.lines)))
			if diff := cmp.Diff(test.want, images(report)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.problems, problems(report)); diff != "" {
				t.Error(diff)
			}
			if name == "excluded" && (len(report.Excluded) != 1 || report.Excluded[0].Reason != "never asked for") {
				t.Errorf("excluded %+v", report.Excluded)
			}
			for _, image := range report.Images {
				if len(image.Components) != 1 || image.Components[0] != "shop" || len(image.Why) == 0 || image.Why[0].Component != "shop" {
					t.Errorf("%+v", image)
				}
			}
		})
	}
}

// TestShared has one image that a component and an app ask for.
func TestShared(t *testing.T) {
	t.Parallel()
	report := scan(t, with(
		definition("web", "install: {manifests: [{path: web.yaml}]}\nimages: [{name: \"registry.example/shop/web:v1\", found: rendered, platforms: [linux/arm64]}]\n"),
		map[string]string{
			"opc/components/web/web.yaml": pod, "application/apps/web/manifests/web.yaml": pod,
			"application/apps/more/web.yaml": pod, "manifests/web.yaml": pod,
		}))
	if len(report.Images) != 1 {
		t.Fatalf("%+v", report.Images)
	}
	image := report.Images[0]
	if len(image.Why) != 3 {
		t.Errorf("why %+v", image.Why)
	}
	if !image.PublishedFor("linux/arm64") || image.PublishedFor("linux/amd64") || !(inventory.Image{}).PublishedFor("linux/amd64") {
		t.Errorf("platforms %v", image.Platforms)
	}
}

func TestScanErrors(t *testing.T) {
	t.Parallel()
	for want, files := range map[string]map[string]string{
		"manifests/imageList:2: image name \"Bad Name\"": {"manifests/imageList": "nginx\nBad Name\n"},
		"manifests/a.yaml":                 {"manifests/a.yaml": "a: [\n"},
		"charts/shop":                      {"charts/shop/Chart.yaml": "apiVersion: v2\n"},
		"components recorded in the image": {"opc/components/x/component.yaml": "name: y\n"},
		"component web: open application/apps/web/manifests/web.yaml": with(
			definition("web", "install: {manifests: [{path: web.yaml}]}\n"), map[string]string{"opc/components/web/web.yaml": pod}),
	} {
		_, err := inventory.Scan(t.Context(), root(files), inventory.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := inventory.Scan(ctx, root(map[string]string{"manifests/a.yaml": pod}), inventory.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestErr(t *testing.T) {
	t.Parallel()
	report := scan(t, map[string]string{"manifests/a.yaml": suspect})
	if err := report.Err(); err == nil || !strings.Contains(err.Error(), "1 images need a decision") || !strings.Contains(err.Error(), "shop/till:v1.2.0") {
		t.Errorf("error %v", err)
	}
}

func TestScanProgress(t *testing.T) {
	t.Parallel()
	var last progress.Event
	_, err := inventory.Scan(t.Context(), root(map[string]string{"manifests/a.yaml": pod, "application/apps/x/a.yaml": pod}), inventory.Options{
		Progress: func(e progress.Event) { last = e },
	})
	if err != nil || last.Stage != progress.Render || last.Kind != progress.End || last.Items != 2 {
		t.Errorf("%+v, %v", last, err)
	}
}

// TestJoin makes one report of those of platforms.
func TestJoin(t *testing.T) {
	t.Parallel()
	why := func(file string) []lock.Reason { return []lock.Reason{{File: file}} }
	one := &inventory.Report{
		Images:   []inventory.Image{{Name: "b", Why: why("x"), Components: []string{"z"}}, {Name: "c", Why: why("x")}},
		Problems: []inventory.Problem{{Component: "p"}}, Warnings: []string{"w"},
	}
	two := &inventory.Report{
		Images:   []inventory.Image{{Name: "a", Why: why("y")}, {Name: "b", Why: append(why("y"), why("x")...), Components: []string{"a", "z"}}},
		Problems: []inventory.Problem{{Component: "p"}, {Component: "q"}}, Warnings: []string{"w", "v"},
	}
	before := *one
	joined := inventory.Join(one, two)
	want := &inventory.Report{
		Images: []inventory.Image{
			{Name: "a", Why: why("y")}, {Name: "b", Why: append(why("x"), why("y")...), Components: []string{"a", "z"}}, {Name: "c", Why: why("x")},
		},
		Problems: []inventory.Problem{{Component: "p"}, {Component: "q"}}, Warnings: []string{"w", "v"},
	}
	if diff := cmp.Diff(want, joined); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&before, one); diff != "" {
		t.Errorf("the first report was changed: %s", diff)
	}
	if diff := cmp.Diff(one.Images, inventory.Join(one).Images); diff != "" {
		t.Error(diff)
	}
}

// TestScanFiles reads a single thing on this machine.
func TestScanFiles(t *testing.T) {
	t.Parallel()
	files := with(chartFiles("shop"), map[string]string{
		"pods.yaml": pod, "dir/a.yaml": pod, "dir/b.yml": podOf("registry.example/other:v1"), "note.txt": "x",
		"k/kustomization.yaml": "resources: [../pods.yaml]\n", "list/imageList": "nginx",
	})
	files["shop/Chart.yaml"] += "annotations:\n  images: |\n    - image: registry.example/annotated:v1\n"
	for name, test := range map[string]struct {
		opts inventory.RenderOptions
		want []string
	}{
		"pods.yaml":      {want: []string{"registry.example/shop/web:v1"}},
		"dir":            {want: []string{"registry.example/other:v1", "registry.example/shop/web:v1"}},
		"list/imageList": {want: []string{"docker.io/library/nginx:latest"}},
		"shop": {inventory.RenderOptions{Values: [][]byte{[]byte("tag: v7"), []byte("extra: true")}},
			[]string{"registry.example/annotated:v1", "registry.example/shop/chart:v7", "registry.example/shop/extra:v1", "registry.example/shop/sub:v1"}},
	} {
		report, err := inventory.ScanFiles(t.Context(), root(files), name, test.opts)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, images(report)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, want := range map[string]string{"gone": "file does not exist", "note.txt": "is neither a chart"} {
		if _, err := inventory.ScanFiles(t.Context(), root(files), name, inventory.RenderOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
