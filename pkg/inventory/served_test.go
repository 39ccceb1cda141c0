package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// tills defines an API; asking is a chart that installs an exporter where the
// cluster serves it.
const (
	tills = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tills.shop.example}
spec:
  group: shop.example
  names: {kind: Till}
  versions: [{name: v1, served: true}, {name: v0, served: false}]
`
	asking = `{{- if .Capabilities.APIVersions.Has "shop.example/v1/Till" }}
apiVersion: v1
kind: Pod
metadata: {name: exporter}
spec:
  containers: [{name: a, image: "registry.example/shop/exporter:v1"}]
{{- end }}
{{- if .Capabilities.APIVersions.Has "shop.example/v0" }}
{{ fail "what is not served is there" }}
{{- end }}
`
)

const chartYAML = "{apiVersion: v2, name: c, version: 1.0.0}\n"

// web is a component that installs the chart asking, and manifest.
func web(manifest string) map[string]string {
	files := map[string]string{
		"opc/components/web/component.yaml": `name: web
title: Web
group: foundation
description: An example.
homepage: https://shop.example
version: "1"
licence: {spdx: Apache-2.0}
kubernetes: ">=1.28"
platforms: [linux/amd64]
namespace: shop
install:
  charts: [{release: c, path: chart}]
  manifests: [` + manifest + `]
images:
  - {name: "registry.example/shop/exporter:v1", size: 1MiB, found: rendered}
`,
		"opc/components/web/crd.yaml":             tills,
		"application/apps/web/manifests/crd.yaml": tills,
	}
	for _, dir := range []string{"application/apps/web/charts/c/", "opc/components/web/chart/"} {
		files[dir+"Chart.yaml"], files[dir+"templates/a.yaml"] = chartYAML, asking
	}
	return files
}

// TestLaunchOrder: a chart is rendered for what the cluster serves by the time it
// is launched.
func TestLaunchOrder(t *testing.T) {
	t.Parallel()
	const found = "registry.example/shop/exporter:v1"
	for _, test := range []struct {
		name  string
		place string // of the definition
		apps  []string
		want  []string
	}{
		{"a plain app before", "application/apps/z/crd.yaml", []string{"z", "web"}, []string{found}},
		{"a plain app after", "application/apps/z/crd.yaml", []string{"web", "z"}, nil},
		{"an app that is not launched", "application/apps/a/crd.yaml", []string{"web"}, nil},
		{"by name when no order is given", "application/apps/a/crd.yaml", nil, []string{found}},
		{"manifests of the cluster", "manifests/crd.yaml", []string{"web"}, []string{found}},
		{"a definition in a chart's templates", "application/apps/z/charts/d/templates/crd.yaml", []string{"z", "web"}, []string{found}},
		{"a definition of a chart", "application/apps/z/charts/d/crds/crd.yaml", []string{"z", "web"}, []string{found}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{
				test.place: tills, "application/apps/z/charts/d/Chart.yaml": chartYAML,
				"application/apps/web/charts/c/Chart.yaml":       chartYAML,
				"application/apps/web/charts/c/templates/a.yaml": asking,
			}
			if diff := cmp.Diff(test.want, launched(t, files, test.apps...)); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLaunchOrderInComponent: within a component, manifests marked first, then
// charts in order, then the other manifests.
func TestLaunchOrderInComponent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, manifest string
		want           []string
	}{
		{"first", "{path: crd.yaml, first: true}", []string{"registry.example/shop/exporter:v1"}},
		{"after", "{path: crd.yaml}", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, launched(t, web(test.manifest))); diff != "" {
				t.Errorf("images (-want +got):\n%s", diff)
			}
		})
	}
}

// launched are the images that are found in root file systems of which the apps
// are launched in this order.
func launched(t *testing.T, files map[string]string, apps ...string) []string {
	t.Helper()
	r, err := inventory.Scan(t.Context(), root(files), inventory.Options{
		Extension: sealer.Extension{Launch: sealer.Launch{AppNames: apps}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, image := range r.Images {
		names = append(names, image.Name)
	}
	return names
}
