package full

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func component() *catalog.Component {
	c := &catalog.Component{Name: "a"}
	c.Install.Charts = []catalog.Chart{
		{Chart: "one", Version: "1.0.0", Repository: "https://charts.example/x"},
		{Chart: "two", Version: "v2", Repository: "oci://registry.example/charts"},
		{Path: "own"},
	}
	c.Install.Manifests = []catalog.Manifest{{URL: "https://files.example/v1/a.yaml"}, {Path: "own.yaml"}}
	c.Install.HostFiles = []catalog.File{{URL: "https://files.example/program"}}
	return c
}

func TestInventoryNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := Inventory([]*catalog.Component{component()}, t.TempDir(), nil)
	if err == nil {
		t.Fatal("nothing is missing in an empty directory")
	}
	for _, want := range []string{
		"helm pull one --repo https://charts.example/x --version 1.0.0",
		"helm pull oci://registry.example/charts/two --version v2",
		"wget -x https://files.example/v1/a.yaml",
	} {
		if !strings.Contains(err.Error(), "\n"+want) {
			t.Errorf("no %q in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "program") {
		t.Errorf("files for hosts are stand-ins: %v", err)
	}
}

func TestInventoryTakesTheRealOnes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"one-1.0.0.tgz", "two-v2.tgz", "files.example/v1/a.yaml"} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(filepath.Base(name)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	inv, err := Inventory([]*catalog.Component{component()}, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(inv.Charts[1].Archive); got != "two-v2.tgz" {
		t.Errorf("the chart is %q", got)
	}
	for _, f := range inv.Files {
		if real := f.URL == "https://files.example/v1/a.yaml"; real != (string(f.Data) == "a.yaml") {
			t.Errorf("%s has the content %q", f.URL, f.Data)
		}
	}
}
