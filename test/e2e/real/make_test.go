package real

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// proxy is a module proxy with one module in a directory.
func proxy(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	files := filepath.Join(dir, "demo.example", "m", "@v")
	if err := os.MkdirAll(files, 0o755); err != nil {
		t.Fatal(err)
	}
	const mod = "module demo.example/m\n\ngo 1.24\n"
	for name, text := range map[string]string{"v1.0.0.info": `{"Version":"v1.0.0"}`, "v1.0.0.mod": mod} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(files, "v1.0.0.zip"))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for name, text := range map[string]string{
		"go.mod": mod, "go.sum": "", "m.go": "package main\n\nvar version string\n\nfunc main() { println(version) }\n",
		"m_test.go": "this is not Go", "lua/a.lua": "return 1\n",
	} {
		member, err := w.Create("demo.example/m@v1.0.0/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := member.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", "file://"+dir)
	t.Setenv("GOMODCACHE", filepath.Join(dir, "cache"))
	t.Cleanup(func() {
		if out, err := exec.Command("go", "clean", "-modcache").CombinedOutput(); err != nil { // It is read-only.
			t.Errorf("%v: %s", err, out)
		}
	})
}

// TestMake makes an image out of a module, and refuses one whose hash differs.
func TestMake(t *testing.T) {
	proxy(t)
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const name = "r.example/m:v1"
	i := Image{
		Module: "demo.example/m@v1.0.0", Sum: "h1:other", Programs: map[string]string{"/bin/m": "."}, User: "65532",
		Members: map[string]string{"/lua": "lua"}, Links: map[string]string{"/bin/n": "m"}, Stamp: map[string]string{"main.version": "v1.2.3"},
	}
	compiled := 0
	log := func(line string) { compiled += strings.Count(line, "compiled ") }
	make := func() error {
		d := Definition{Images: map[string]Image{name: i}}
		return d.Make(t.Context(), s, []string{name}, "", log)
	}
	err = make()
	found := regexp.MustCompile(`demo.example/m@v1.0.0 has the hash (h1:\S+), and real.yaml says h1:other`).FindStringSubmatch(errorText(err))
	if len(found) != 2 {
		t.Fatalf("error %v", err)
	}
	i.Sum = found[1]
	for range 2 {
		if err := make(); err != nil {
			t.Fatal(err)
		}
	}
	if compiled != 1 {
		t.Errorf("compiled %d times", compiled)
	}
	manifest, config := read(t, s, name)
	if config.Config.User != "65532" || !slices.Equal(config.Config.Entrypoint, []string{"/bin/m"}) || len(manifest.Layers) != 1 {
		t.Errorf("config %+v, %d layers", config.Config, len(manifest.Layers))
	}
	serve.New(s, serve.Options{Images: []string{name}}) // It takes the name.
	d := Definition{Operators: map[string]Objects{"x": {Module: i.Module, Sum: i.Sum, Files: []string{"lua/*.lua"}}}}
	if texts, err := d.Texts(t.Context()); err != nil || texts["x"] != "---\nreturn 1\n\n" {
		t.Errorf("%q, %v", texts, err)
	}
	d.Operators["x"].Files[0] = "*.yaml"
	if _, err := d.Texts(t.Context()); err == nil || !strings.Contains(err.Error(), "demo.example/m@v1.0.0 has no file *.yaml") {
		t.Errorf("error %v", err)
	}
	const url = "https://x.example/m.tar.gz"
	d.Programs = map[string]Program{url: {Module: i.Module, Sum: i.Sum, Package: ".", Member: "bin/m"}}
	archives, err := d.Archives(t.Context(), s, nil, log)
	if err != nil {
		t.Fatal(err)
	}
	r, err := unpack.Open(bytes.NewReader(archives[url]), int64(len(archives[url])), "bin/m")
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if archives, err = d.Archives(t.Context(), s, []*catalog.Component{{Name: "other"}}, log); err != nil || len(archives) != 0 {
		t.Errorf("for another component: %d archives, %v", len(archives), err)
	}
	i.Programs["/bin/m"] = "./none"
	if err := make(); err == nil || !strings.Contains(err.Error(), name+": compile demo.example/m/none") {
		t.Errorf("error %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func read(t *testing.T, s *store.Store, name string) (manifest ocispec.Manifest, config ocispec.Image) {
	t.Helper()
	desc, err := s.Resolve(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		desc func() ocispec.Descriptor
		into any
	}{
		{func() ocispec.Descriptor { return desc }, &manifest},
		{func() ocispec.Descriptor { return manifest.Config }, &config},
	} {
		data, err := s.ReadAll(t.Context(), step.desc())
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, step.into); err != nil {
			t.Fatal(err)
		}
	}
	return manifest, config
}

func TestSources(t *testing.T) {
	t.Parallel()
	file := &fstest.MapFile{}
	from := sources{fstest.MapFS{
		"go.mod": file, "a.go": file, "a_test.go": file, "README.md": file, "testdata/x": file, "cmd/testdata/x": file,
		"cmd/docs/x.go": file, "docs/x": file, "test/x.go": file, "cmd/main.go": file,
	}}
	var names []string
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil || !slices.Equal(names, []string{"README.md", "a.go", "cmd/docs/x.go", "cmd/main.go", "go.mod"}) {
		t.Errorf("%q, %v", names, err)
	}
}

func TestDebianArchitecture(t *testing.T) {
	t.Parallel()
	_, err := new(maker).debian(t.Context(), Image{})
	if err == nil || !strings.Contains(err.Error(), "names no package of it for") {
		t.Errorf("error %v", err)
	}
}
