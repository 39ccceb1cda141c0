package repotest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
)

// layers is the order of the packages: each imports only those in lines below
// its own. A package within another, such as pkg/chart/repo, stands in the line
// of the other, unless it has one itself; within a line imports are free.
var layers = [...]string{
	"cmd/opc-image",
	"cmd/opc-kubeadm",
	"cmd/opc-vip",
	"cmd/opc-pause",
	"cmd/opc-host",
	"test/bench",
	"test/e2e",
	"test/interop",
	"test/robustness",
	"internal/clitest",
	"internal/cli",
	"internal/ui",
	"pkg/opc",
	"images",
	"scripts",
	"kubefiles",
	"pkg/verify",
	"pkg/serve",
	"pkg/rehearse",
	"pkg/push",
	"pkg/archive",
	"pkg/bake",
	"pkg/lower",
	"pkg/assemble",
	"pkg/inventory",
	"pkg/rootfs",
	"pkg/compose",
	"pkg/runner",
	"pkg/source",
	"pkg/remote",
	"pkg/catalog",
	"pkg/gobuild",
	"pkg/aptget",
	"pkg/kubefile",
	"pkg/discover",
	"pkg/chart",
	"pkg/registryfs",
	"pkg/unpack",
	"pkg/sealer",
	"pkg/lock",
	"pkg/store",
	"pkg/layer",
	"pkg/reference",
	"pkg/typo",
	"pkg/ctxio",
	"pkg/progress",
	"pkg/kubeadm",
	"pkg/vip",
	"pkg/clustercert",
	"pkg/preflight",
	module, // the package that carries the sources of programs for hosts
}

// fences says which packages alone may import a module, by prefix. What nobody
// may import is for tests.
var fences = map[string][]string{
	"helm.sh/helm/":                            {"pkg/chart"},
	"sigs.k8s.io/kustomize/":                   {"pkg/chart"},
	"github.com/vbauerster/mpb/":               {"internal/ui"},
	"github.com/spf13/":                        {"internal/cli"},
	"github.com/invopop/jsonschema":            {"internal/cli/reference"},
	"github.com/google/go-cmp/":                {},
	"github.com/google/go-containerregistry/":  {},
	"github.com/rogpeppe/go-internal/":         {},
	"go.uber.org/goleak":                       {},
	"testing":                                  {"pkg/remote/remotetest"},
	"log":                                      {},
	"github.com/opc-source/opc-image/internal": {"cmd", "internal"},
}

// apart lists what a package must not reach, not even through others.
var apart = map[string][]string{
	// Baking takes a lock and a store: it cannot ask the network.
	"pkg/bake": {"net/http", module + "/pkg/remote", module + "/pkg/source"},
	// Library users who render nothing do not link Helm.
	"pkg/discover": {"helm.sh/helm/v4/pkg/engine", "net/http"},
	"pkg/kubefile": {"net/http", "os/exec"},
	"pkg/layer":    {"net/http", "os/exec"},
	"pkg/store":    {"net/http", "os/exec"},
}

// goPackage is what go list tells of a package.
type goPackage struct {
	ImportPath string
	Doc        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

// name is the path within the module.
func (p *goPackage) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

var listOnce sync.Once
var listed []goPackage

// packages lists the packages of this module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	listOnce.Do(func() {
		out, err := golang(t, top, "list", "-json=ImportPath,Doc,GoFiles,Imports,Deps", "./...")
		if err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p goPackage
			err := decoder.Decode(&p)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, p)
		}
	})
	if len(listed) == 0 {
		t.Fatal("go list found no package")
	}
	return listed
}

// within tells whether name is the package or lies in its directory.
func within(name, dir string) bool {
	return name == dir || strings.HasPrefix(name, dir+"/")
}

// line is the place of a package in the table, -1 when it has none.
func line(name string) int {
	best := -1
	for i, layer := range layers {
		if within(name, layer) && (best < 0 || len(layer) > len(layers[best])) {
			best = i
		}
	}
	return best
}

func TestImportsGoDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := line(p.name())
		if p.name() == "internal/repotest" {
			continue
		}
		if from < 0 {
			t.Errorf("%s has no line in the table of layers", p.name())
			continue
		}
		for _, path := range p.Imports {
			if path != module && !strings.HasPrefix(path, module+"/") {
				continue
			}
			name := strings.TrimPrefix(path, module+"/")
			if to := line(name); to < from {
				t.Errorf("%s imports %s, which is not below it", p.name(), name)
			}
		}
	}
}

func TestFences(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, path := range p.Imports {
			for prefix, allowed := range fences {
				if path != prefix && !strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/") {
					continue
				}
				if prefix == "log" && path != "log" {
					continue // log/slog
				}
				if !slices.ContainsFunc(allowed, func(dir string) bool { return within(p.name(), dir) }) {
					t.Errorf("%s imports %s, which is for %v and tests only", p.name(), path, allowed)
				}
			}
		}
	}
}

func TestApart(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range packages(t) {
		seen[p.name()] = true
		for _, path := range apart[p.name()] {
			if slices.Contains(p.Deps, path) {
				t.Errorf("%s depends on %s", p.name(), path)
			}
		}
	}
	for name := range apart {
		if !seen[name] {
			t.Errorf("there is no %s any more", name)
		}
	}
}

func TestPackageComments(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && len(p.Doc) < len("Package x does.") {
			t.Errorf("%s has no package comment", p.name())
		}
	}
}
