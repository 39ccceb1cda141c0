package catalog_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// twoWays has files of every origin.
const twoWays = `
modules:
  - name: demo
    path: _demo
    stamp: {main.version: v1.0.0}
install:
  hostFiles:
    - url: https://x.example/tool.tar.gz
      sha256: ` + sum + `
      member: tool
      go: {package: demo.example/cmd/tool}
      platform: linux/amd64
      dest: bin/tool
    - {url: "https://x.example/comfort", way: release, dest: bin/comfort}
    - {go: {package: ./own}, way: source, dest: bin/own}
    - {path: note, dest: etc/note}
build:
  - name: r.example/demo:1
    way: source
    user: "0"
    root: it writes rules
    files:
      - {go: {module: opc-image, package: ./cmd/pause}, dest: /pause}
      - {debian: {package: nft, version: "1.0-1"}, sha256: ` + sum + `, member: usr/sbin/nft, platform: linux/amd64, dest: /nft}
  - name: r.example/both:1
    from: r.example/base:1
    user: "1"
images:
  - {name: "r.example/demo:1", extra: it is}
  - {name: "r.example/both:1", extra: it is}
`

func module(name string) map[string]string {
	return map[string]string{
		name + "/_demo/source.mod": "module demo\n", name + "/_demo/source.sum": "", name + "/note": "x",
	}
}

// ways loads a component with more lines and a module _demo beside it.
func ways(t *testing.T, lines string) *catalog.Component {
	t.Helper()
	files := module("demo")
	files["demo"] = named("demo", lines)
	return get(t, load(t, files), "demo")
}

func TestIn(t *testing.T) {
	t.Parallel()
	c := ways(t, twoWays)
	describe := func(way catalog.Way) (list []string) {
		t.Helper()
		is, err := c.In(way)
		if err != nil {
			t.Fatal(err)
		}
		add := func(f catalog.File) {
			list = append(list, strings.Join([]string{f.Dest, f.URL, f.SHA256, f.Member, f.Go.Package, f.Debian.Package, f.Path}, " "))
		}
		for _, f := range is.Install.HostFiles {
			add(f)
		}
		for _, b := range is.Build {
			list = append(list, b.Name)
			for _, f := range b.Files {
				add(f)
			}
		}
		return list
	}
	release := []string{
		"bin/tool https://x.example/tool.tar.gz " + sum + " tool   ", "bin/comfort https://x.example/comfort     ",
		"etc/note      note", "r.example/both:1",
	}
	for _, way := range []catalog.Way{"", catalog.Release} {
		if diff := cmp.Diff(release, describe(way)); diff != "" {
			t.Errorf("%q: %s", way, diff)
		}
	}
	source := []string{
		"bin/tool    demo.example/cmd/tool  ", "bin/own    ./own  ", "etc/note      note",
		"r.example/demo:1", "/pause    ./cmd/pause  ", "/nft  " + sum + " usr/sbin/nft  nft ", "r.example/both:1",
	}
	if diff := cmp.Diff(source, describe(catalog.Source)); diff != "" {
		t.Error(diff)
	}
	if n := len(c.Install.HostFiles) + len(c.Build); n != 6 || c.Install.HostFiles[0].URL == "" {
		t.Error("the component itself was changed")
	}
	if m := c.Module(c.Install.HostFiles[0].Go); m.Path != "_demo" || m.Stamp["main.version"] != "v1.0.0" {
		t.Errorf("the only module is not the default: %+v", m)
	}
	if m := c.Module(c.Build[0].Files[0].Go); m.Name != catalog.OwnModule || m.Path != "" {
		t.Errorf("our own module: %+v", m)
	}
}

func TestInLacks(t *testing.T) {
	t.Parallel()
	for want, test := range map[string]struct {
		way   catalog.Way
		lines string
	}{
		"demo/component.yaml: bin/a is there as a release only (https://x.example/a), with no Go package": {
			catalog.Source, `install: {hostFiles: [{url: "https://x.example/a", dest: bin/a}]}`},
		"data/b is there as a release only": {
			catalog.Source, `install: {bundleFiles: [{url: "https://x.example/b", dest: data/b}]}`},
		"bin/own has no release to download, only the Go package ./own; build --from source": {
			catalog.Release, "modules: [{name: demo, path: _demo}]\ninstall: {hostFiles: [{go: {package: ./own}, dest: bin/own}]}"},
		"image r.example/x:1: demo/component.yaml: /a is there as a release only": {
			catalog.Source, "build: [{name: \"r.example/x:1\", user: \"1\", files: [{url: \"https://x.example/a\", dest: /a}]}]\nimages: [{name: \"r.example/x:1\", extra: x}]"},
		`there is no way "binary" to build; the ways are release and source`: {"binary", ""},
	} {
		if _, err := ways(t, test.lines).In(test.way); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwants %s", err, want)
		}
	}
}

func TestValidateSource(t *testing.T) {
	t.Parallel()
	for want, lines := range map[string]string{
		`there is no file _none/source.mod beside`:                                         `modules: [{name: a, path: _none}]`,
		`module a has no path`:                                                             `modules: [{name: a}]`,
		`opc-image is our own module; give this one another name`:                          `modules: [{name: opc-image, path: _demo}]`,
		`"a" is listed twice`:                                                              `modules: [{name: a, path: _demo}, {name: a, path: _demo}]`,
		`stamp x: "1" must set a variable`:                                                 `modules: [{name: a, path: _demo, stamp: {x: "1"}}]`,
		`stamp m.x: "a b" must set a variable import/path.name to one word`:                `modules: [{name: a, path: _demo, stamp: {m.x: a b}}]`,
		`there is no module "b" under modules`:                                             "modules: [{name: a, path: _demo}]\ninstall: {hostFiles: [{go: {module: b, package: ./x}, dest: x}]}",
		`there is no module "" under modules`:                                              `install: {hostFiles: [{go: {package: ./x}, dest: x}]}`,
		`"../x" is not the import path of a package`:                                       `install: {hostFiles: [{go: {module: opc-image, package: ../x}, dest: x}]}`,
		`"-x" is not the import path of a package`:                                         `install: {hostFiles: [{go: {module: opc-image, package: -x}, dest: x}]}`,
		`a program may have go beside url or instead of it`:                                `install: {hostFiles: [{go: {module: opc-image, package: ./x}, path: note, dest: x}]}`,
		`a file of a Debian package needs member, platform and sha256`:                     `install: {hostFiles: [{debian: {package: nft, version: "1"}, dest: x}]}`,
		`"-o", "1" are no name and version of a Debian package`:                            `install: {hostFiles: [{debian: {package: -o, version: "1"}, member: a, platform: linux/amd64, sha256: ` + sum + `, dest: x}]}`,
		`way is "binary"; it must be release or source`:                                    `install: {hostFiles: [{path: note, way: binary, dest: x}]}`,
		`root is the reason for user 0, and the user is "1"`:                               "build: [{name: \"r.example/x:1\", user: \"1\", root: why}]\nimages: [{name: \"r.example/x:1\", extra: x}]",
		`user "0" must be a number other than 0`:                                           "build: [{name: \"r.example/x:1\", user: \"0\"}]\nimages: [{name: \"r.example/x:1\", extra: x}]",
		`env A B: "1" must be a name and one line`:                                         `env: {A B: "1"}`,
		`requires[0]: "kubernetes_1" must be lower case letters, digits, hyphens and dots`: `requires: [kubernetes_1]`,
	} {
		files := module("demo")
		files["demo"] = named("demo", lines)
		list := strings.Join(problems(t, files), "\n")
		if _, text, ok := strings.Cut(want, "]: "); ok {
			want = text
		}
		if !strings.Contains(list, want) {
			t.Errorf("%s\ngives %s\nwants %s", lines, list, want)
		}
	}
}

// TestModuleIsThere reads the files of a module through the component.
func TestModuleIsThere(t *testing.T) {
	t.Parallel()
	c := ways(t, twoWays)
	if err := fstest.TestFS(c.Files(), "_demo/source.mod", "_demo/source.sum"); err != nil {
		t.Error(err)
	}
}
