package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/sealer"
)

var sumA = strings.Repeat("a", 64)

// everything has one of each kind of thing a component may install.
var everything = map[string]string{
	"demo": `install:
  charts:
    - {release: web, repository: "https://charts.example/", chart: web, version: 1.0.0, values: web.yaml, singleValues: one.yaml, sha256: ` + sumA + `}
    - {release: reg, repository: "oci://r.example/charts", chart: reg, version: 2.0.0}
    - {release: own, path: chart}
  manifests:
    - {url: "https://x.example/crds.yaml", first: true, edits: [{find: a, replace: b}], dualEdits: [{find: b, replace: c}]}
    - {path: objects.yaml, edits: [{find: old, replace: new}], singleEdits: [{find: the new, replace: one}]}
  hostFiles:
    - {url: "https://x.example/tool-amd64.tgz", member: bin/tool, dest: bin/tool, mode: "0755", platform: linux/amd64, size: 2MiB}
    - {url: "https://x.example/tool-arm64.tgz", member: bin/tool, dest: bin/tool, mode: "0755", platform: linux/arm64}
  bundleFiles:
    - {path: settings.xml, dest: conf/settings.xml}
build:
  - name: opc.internal/demo:1
    from: r.example/base:1
    user: "1000"
    files:
      - {url: "https://x.example/app.jar", dest: /opt/app.jar}
      - {path: settings.xml, dest: /opt/arm.xml, platform: linux/arm64}
  - {name: "opc.internal/arm:1", from: "r.example/base:1", user: "1000", platforms: [linux/arm64]}
images:
  - {name: "opc.internal/demo:1", found: rendered}
  - {name: "opc.internal/arm:1", found: rendered, platforms: [linux/arm64]}`,
	"demo/web.yaml":              "replicas: 1",
	"demo/one.yaml":              "replicas: 0",
	"demo/chart/Chart.yaml":      "name: own",
	"demo/chart/templates/x.yml": "x",
	"demo/objects.yaml":          "the old object",
	"demo/settings.xml":          "<xml/>",
}

func TestComponent(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP demo component://demo\nLAUNCH demo", components: everything})
	var files []compose.File
	for _, f := range p.Files {
		if f.Owner != "demo" {
			t.Errorf("%s belongs to %q", f.Name, f.Owner)
		}
		// The definition and the scripts are long, and other packages' business.
		if !strings.HasSuffix(f.Name, "component.yaml") && !strings.HasSuffix(f.Name, ".sh") {
			files = append(files, f)
		}
	}
	want := `-rw-r--r-- application/apps/demo/values/web.yaml = replicas: 1
-rw-r--r-- application/apps/demo/values/single/web.yaml = replicas: 0
-rw-r--r-- application/apps/demo/charts/web-1.0.0.tgz <- https://charts.example#web@1.0.0
-rw-r--r-- application/apps/demo/charts/reg-2.0.0.tgz <- oci://r.example/charts/reg:2.0.0
-rw-r--r-- application/apps/demo/charts/own/Chart.yaml = name: own
-rw-r--r-- application/apps/demo/charts/own/templates/x.yml = x
-rw-r--r-- application/apps/demo/manifests/crds.yaml <- https://x.example/crds.yaml
-rw-r--r-- application/apps/demo/manifests/dual/crds.yaml <- https://x.example/crds.yaml
-rw-r--r-- application/apps/demo/manifests/objects.yaml = the new object
-rw-r--r-- application/apps/demo/manifests/single/objects.yaml = one object
-rwxr-xr-x bin/tool [linux/amd64] <- https://x.example/tool-amd64.tgz!bin/tool
-rw-r--r-- application/apps/demo/files/conf/settings.xml = <xml/>
-rw-r--r-- opc/components/demo/chart/Chart.yaml = name: own
-rw-r--r-- opc/components/demo/chart/templates/x.yml = x
-rw-r--r-- opc/components/demo/objects.yaml = the old object
-rw-r--r-- opc/components/demo/one.yaml = replicas: 0
-rw-r--r-- opc/components/demo/settings.xml = <xml/>
-rw-r--r-- opc/components/demo/web.yaml = replicas: 1
`
	if diff := cmp.Diff(want, list(t, files)); diff != "" {
		t.Error(diff)
	}
	for _, f := range files {
		if n := len(f.Content.Edits); strings.HasSuffix(f.Name, "/crds.yaml") && (n == 2) != strings.Contains(f.Name, "/dual/") {
			t.Errorf("%s has %d edits", f.Name, n)
		}
	}
	apps := []sealer.Application{{Name: "demo", Cmds: []string{"sh launch.sh"}}}
	if diff := cmp.Diff(apps, p.Apps); diff != "" {
		t.Error(diff)
	}
}

func TestComponentDownloads(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP demo component://demo", components: everything})
	want := []compose.Download{
		{Source: "https://charts.example#web@1.0.0", SHA256: sumA, Chart: &compose.Chart{Repository: "https://charts.example/", Name: "web", Version: "1.0.0"}, For: "demo"},
		{Source: "oci://r.example/charts/reg:2.0.0", Chart: &compose.Chart{Repository: "oci://r.example/charts", Name: "reg", Version: "2.0.0"}, For: "demo"},
		{Source: "https://x.example/crds.yaml", For: "demo"},
		{Source: "https://x.example/tool-amd64.tgz", Size: 2 << 20, Platforms: []string{"linux/amd64"}, For: "demo"},
		{Source: "https://x.example/app.jar", For: "demo"},
	}
	if diff := cmp.Diff(want, p.Downloads); diff != "" {
		t.Error(diff)
	}
	if len(p.Builds) != 1 || p.Builds[0].Owner != "demo" {
		t.Fatalf("builds %+v", p.Builds)
	}
	if diff := cmp.Diff("-rw-r--r-- opt/app.jar <- https://x.example/app.jar\n", list(t, p.Builds[0].Contents)); diff != "" {
		t.Error(diff)
	}
	if n := len(p.AllFiles()); n != len(p.Files)+1 {
		t.Errorf("%d files in all", n)
	}
}

// TestComponentPlatforms finds a file of one platform marked, and each download
// once.
func TestComponentPlatforms(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP demo component://demo", components: everything, request: func(r *compose.Request) {
		r.Platforms = []string{"linux/arm64", "linux/amd64"}
	}})
	if diff := cmp.Diff([]string{"linux/amd64", "linux/arm64"}, p.Platforms); diff != "" {
		t.Error(diff)
	}
	var marked []string
	for _, f := range p.Files {
		if f.Platform != "" {
			marked = append(marked, f.Name+" "+f.Platform)
		}
	}
	if diff := cmp.Diff([]string{"bin/tool linux/amd64", "bin/tool linux/arm64"}, marked); diff != "" {
		t.Error(diff)
	}
	if len(p.Downloads) != 6 || len(p.Builds) != 2 || len(p.Components) != 1 {
		t.Errorf("%d downloads, %d builds, %d components", len(p.Downloads), len(p.Builds), len(p.Components))
	}
}

// TestSharedDownload has one download that two files of two platforms need.
func TestSharedDownload(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP demo component://demo", components: map[string]string{"demo": `install:
  hostFiles:
    - {url: "https://x.example/all.tgz", member: amd64/a, dest: bin/a, platform: linux/amd64}
    - {url: "https://x.example/all.tgz", member: amd64/b, dest: bin/b, platform: linux/amd64, sha256: ` + sumA + `}
    - {url: "https://x.example/all.tgz", member: arm64/a, dest: bin/a, platform: linux/arm64}`,
	}, request: func(r *compose.Request) { r.Platforms = []string{"linux/amd64", "linux/arm64"} }})
	want := []compose.Download{{
		Source: "https://x.example/all.tgz", SHA256: sumA, Platforms: []string{"linux/amd64", "linux/arm64"}, For: "demo",
	}}
	if diff := cmp.Diff(want, p.Downloads, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}
