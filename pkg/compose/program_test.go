package compose_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
)

// compiled is a component whose files are programs, and of the distribution.
var compiled = map[string]string{
	"demo": `env: {KubeVersion: v1.99.1, OTHER: "1"}
modules:
  - name: tools
    path: _tools
    stamp: {main.version: v1}
  - name: c
    path: _tools
    cgo: true
    libraries: [{debian: {package: libx-dev, version: "1.0-1"}, sha256: ` + sumA + `, platform: linux/arm64}]
install:
  hostFiles:
    - {url: "https://x.example/tool-amd64", go: {module: tools, package: x.example/cmd/tool}, platform: linux/amd64, dest: bin/tool, mode: "0755"}
    - {url: "https://x.example/tool-arm64", go: {module: tools, package: x.example/cmd/tool}, platform: linux/arm64, dest: bin/tool, mode: "0755"}
    - {go: {module: c, package: x.example/c}, way: source, dest: bin/c}
build:
  - name: r.example/pause:1
    way: source
    user: "1"
    files:
      - {go: {module: opc-image, package: ./cmd/pause}, dest: /pause, mode: "0755"}
      - {debian: {package: nft, version: "1:1.0-2"}, sha256: ` + sumA + `, member: usr/sbin/nft, platform: linux/amd64, dest: /nft}
images: [{name: "r.example/pause:1", extra: it is}]`,
	"demo/_tools/source.mod": "module tools\n",
	"demo/_tools/source.sum": "",
}

func fromSource(way catalog.Way) func(r *compose.Request) {
	return func(r *compose.Request) {
		r.Way, r.Platforms = way, []string{"linux/amd64", "linux/arm64"}
		r.OwnModule = fstest.MapFS{"go.mod": {Data: []byte("module own\n")}, "go.sum": {}}
	}
}

func sources(p *compose.Plan) (list []string) {
	for _, d := range p.Downloads {
		source, inputs, ok := strings.Cut(d.Source, "?inputs=")
		if ok {
			source += inputs[16:]
		}
		list = append(list, source+" "+strings.Join(d.Platforms, ","))
	}
	return list
}

func TestSource(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP demo component://demo", components: compiled, request: fromSource(catalog.Source)})
	want := []string{
		"go://demo.tools/x.example/cmd/tool&platform=linux/amd64 linux/amd64",
		"go://demo.tools/x.example/cmd/tool&platform=linux/arm64 linux/arm64",
		"go://demo.c/x.example/c&platform=linux/amd64 linux/amd64",
		"deb://libx-dev/1.0-1?arch=arm64 linux/arm64",
		"go://demo.c/x.example/c&platform=linux/arm64 linux/arm64",
		"go://opc-image/cmd/pause&platform=linux/amd64 linux/amd64",
		"go://opc-image/cmd/pause&platform=linux/arm64 linux/arm64",
		"deb://nft/1:1.0-2?arch=amd64 linux/amd64",
	}
	if diff := cmp.Diff(want, sources(p)); diff != "" {
		t.Error(diff)
	}
	for _, d := range p.Downloads {
		switch {
		case d.Go != nil && (d.Go.Module.Digest == "" || d.Go.Platform != d.Platforms[0]):
			t.Errorf("%s: %+v", d.Source, d.Go)
		case d.Go != nil && strings.Contains(d.Source, "demo.c"):
			if wants := d.Go.Platform == "linux/arm64"; wants != (len(d.Go.Libraries) == 1) || !d.Go.Module.Cgo {
				t.Errorf("%s: libraries %v", d.Source, d.Go.Libraries)
			}
		case d.Debian != nil && (d.Debian.SHA256 != sumA || d.SHA256 != sumA):
			t.Errorf("%s is not pinned", d.Source)
		}
	}
	if len(p.Builds) != 1 || len(p.Builds[0].Contents) != 3 || p.Builds[0].Contents[2].Content.Member != "usr/sbin/nft" {
		t.Errorf("builds %+v", p.Builds)
	}
	var tools []string
	for _, f := range p.Files {
		if strings.HasPrefix(f.Name, "bin/") {
			tools = append(tools, f.Name+" "+f.Platform)
		}
	}
	if diff := cmp.Diff([]string{"bin/tool linux/amd64", "bin/tool linux/arm64", "bin/c linux/amd64", "bin/c linux/arm64"}, tools); diff != "" {
		t.Error(diff)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP demo component://demo", components: compiled, request: fromSource("")})
	if diff := cmp.Diff([]string{"https://x.example/tool-amd64 linux/amd64", "https://x.example/tool-arm64 linux/arm64"}, sources(p)); diff != "" {
		t.Error(diff)
	}
	if len(p.Builds) != 0 {
		t.Errorf("builds %+v", p.Builds)
	}
}

// TestModuleChanges: what is compiled in another way has another name.
func TestModuleChanges(t *testing.T) {
	t.Parallel()
	make := func(change func(files map[string]string)) string {
		files := map[string]string{}
		for name, text := range compiled {
			files[name] = text
		}
		change(files)
		p := plan(t, fixture{kubefile: "APP demo component://demo", components: files, request: fromSource(catalog.Source)})
		return p.Downloads[0].Source
	}
	same := func(map[string]string) {}
	first := make(same)
	if again := make(same); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	for what, change := range map[string]func(files map[string]string){
		"sums":  func(files map[string]string) { files["demo/_tools/source.sum"] = "x" },
		"stamp": func(files map[string]string) { files["demo"] = strings.Replace(files["demo"], "v1}", "v2}", 1) },
	} {
		if make(change) == first {
			t.Errorf("another %s makes no difference", what)
		}
	}
}

func TestSourceErrors(t *testing.T) {
	t.Parallel()
	_, err := build(t, fixture{kubefile: "APP demo component://demo", components: compiled, request: func(r *compose.Request) { r.Way = catalog.Source }})
	if err == nil || !strings.Contains(err.Error(), "/pause: the sources of opc-image itself are not at hand") {
		t.Errorf("error %v", err)
	}
	_, err = build(t, fixture{
		kubefile: "APP demo component://demo", request: fromSource(catalog.Source),
		components: map[string]string{"demo": `install: {hostFiles: [{url: "https://x.example/tool", dest: bin/tool}]}`},
	})
	if err == nil || !strings.Contains(err.Error(), "Kubefile:2:1: APP: demo/component.yaml: bin/tool is there as a release only") {
		t.Errorf("error %v", err)
	}
}

// TestComponentEnv: a component has variables, which a later line overrules, and
// may say which Kubernetes charts are rendered for.
func TestComponentEnv(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "ENV OTHER=0\nAPP demo component://demo\nENV OTHER=2", components: compiled, request: fromSource("")})
	if diff := cmp.Diff([]string{"OTHER=0", "KubeVersion=v1.99.1", "OTHER=1", "OTHER=2"}, p.Env); diff != "" {
		t.Error(diff)
	}
	if p.KubeVersion != "v1.99.1" {
		t.Errorf("charts are rendered for %s", p.KubeVersion)
	}
	p = plan(t, fixture{kubefile: "APP demo component://demo", components: compiled, request: func(r *compose.Request) { r.KubeVersion = "v1.30.0" }})
	if p.KubeVersion != "v1.30.0" {
		t.Errorf("charts are rendered for %s", p.KubeVersion)
	}
}
