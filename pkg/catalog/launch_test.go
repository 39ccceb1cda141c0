package catalog_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// full is a component with everything that a launch script knows.
const full = minimal + `
install:
  charts:
    - release: demo-operator
      repository: https://charts.example.org
      chart: operator
      version: v1.2.3
      namespace: operators
      crds: true
      noWait: true
    - release: demo
      path: chart
      values: values.yaml
      singleValues: single.yaml
      set: {pods: podCIDR4, six.pods: podCIDR6, six.on: ipv6}
      timeout: 1h
    - release: extra
      path: chart
      platforms: [linux/arm64]
  manifests:
    - path: after.yaml
      singleEdits: [{find: "1", replace: "2"}]
    - path: before.yaml
      first: true
    - url: https://example.org/network.yaml
      sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      dualEdits: [{find: "4", replace: "6"}]
secrets:
  - name: demo-admin
    for: the user's console
    values: {user: 'ad"min', note: "it's $HOME and ` + "`date`" + ` \\"}
    generate: [password, api.key]
  - name: other
    namespace: elsewhere
    for: the other console
    generate: [password]
ready:
  - {kind: Deployment, name: demo}
  - {kind: Deployment, name: extra, platforms: [linux/arm64]}
  - {kind: Job, name: setup, namespace: operators}
  - {kind: CustomResourceDefinition, name: demos.example.org}
  - {kind: RuntimeClass, name: demo}
  - {kind: demo.example.org, name: demo, condition: Available}
  - {kind: demo.example.org, name: demo, field: "{.status.phase}", value: Ready}
readyTimeout: 3s
notes: ["The console's address is https://demo"]
`

var fullFiles = map[string]string{
	"demo": full, "demo/values.yaml": "a: 1\n", "demo/single.yaml": "a: 2\n", "demo/chart/Chart.yaml": "name: demo\n",
	"demo/before.yaml": "a: 1\n", "demo/after.yaml": "a: 1\n",
}

// scripts are those of a component, by file name.
func scripts(t *testing.T, c *catalog.Component) map[string][]byte {
	t.Helper()
	launch, err := c.LaunchScript()
	if err != nil {
		t.Fatal(err)
	}
	uninstall, err := c.UninstallScript()
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"launch": launch, "uninstall": uninstall}
}

func TestScriptsGolden(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"full":  fullFiles,
		"empty": {"demo": minimal},
		"own":   {"demo": named("demo", "launch:", "  - ./install.sh --again", "  - echo finished", "uninstall: [./install.sh --remove]")},
	} {
		for kind, got := range scripts(t, get(t, load(t, files), "demo")) {
			golden := filepath.Join("testdata", kind, name+".sh")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s (-want +got); go test -update rewrites it:\n%s", golden, diff)
			}
		}
	}
}

func TestScriptsAreClean(t *testing.T) {
	t.Parallel()
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("shellcheck is not in PATH")
	}
	golden, err := filepath.Glob("testdata/*/*.sh")
	if err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--shell=sh"}, golden...)
	for _, c := range embedded(t).Components() {
		for kind, data := range scripts(t, c) {
			file := filepath.Join(t.TempDir(), c.Name+"-"+kind+".sh")
			if err := os.WriteFile(file, data, 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, file)
		}
	}
	if out, err := exec.Command(shellcheck, args...).CombinedOutput(); err != nil {
		t.Errorf("shellcheck: %v\n%s", err, out)
	}
}
