package kubefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// withoutNames ignores the file's name, which differs in fuzzing.
var withoutNames = cmpopts.IgnoreFields(Position{}, "File")

// walkFiles returns the files that a walk over the context meets.
func walkFiles(t *testing.T, c *Context) map[string]bool {
	t.Helper()
	files := map[string]bool{}
	err := c.Walk(".", func(name string, entry fs.DirEntry) error {
		if !entry.IsDir() {
			files[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mustIgnore(t *testing.T, text string) *Ignore {
	t.Helper()
	ignore, err := ParseIgnore(".dockerignore", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return ignore
}

func TestGlob(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"app.yaml": {}, "b.yaml": {}, "b.md": {}, "charts/x/Chart.yaml": {}, "charts/y/Chart.yaml": {},
		"secret/key": {}, "secret/public/cert": {}, "vendor/lib": {}, "odd[1].txt": {},
	}
	context := NewContext(fsys, mustIgnore(t, "# comment\n*.md\nsecret\n!secret/public\nvendor/**\n"))
	tests := []struct {
		pattern string
		want    []string
		err     error
	}{
		{"app.yaml", []string{"app.yaml"}, nil},
		{"/app.yaml", []string{"app.yaml"}, nil},
		{"./charts/../app.yaml", []string{"app.yaml"}, nil},
		{"*.yaml", []string{"app.yaml", "b.yaml"}, nil},
		{"[a-b]*.yaml", []string{"app.yaml", "b.yaml"}, nil},
		{"charts/*/Chart.yaml", []string{"charts/x/Chart.yaml", "charts/y/Chart.yaml"}, nil},
		{"*/Chart.yaml", nil, fs.ErrNotExist}, // a star does not cross a slash
		{"odd[[]1].txt", []string{"odd[1].txt"}, nil},
		{`odd\[1].txt`, []string{"odd[1].txt"}, nil},
		{".", []string{"."}, nil},
		{"/", []string{"."}, nil},
		{"b.md", nil, fs.ErrNotExist},
		{"b.*", []string{"b.yaml"}, nil},
		{"secret/key", nil, fs.ErrNotExist},
		{"secret", []string{"secret"}, nil}, // for what it re-includes
		{"secret/*", []string{"secret/public"}, nil},
		{"vendor/lib", nil, fs.ErrNotExist},
		{"../etc/passwd", nil, ErrOutside},
		{"charts/../../x", nil, ErrOutside},
		{"absent", nil, fs.ErrNotExist},
		{"a[", nil, errors.ErrUnsupported}, // any error
	}
	for _, test := range tests {
		got, err := context.Glob(test.pattern)
		if test.err == errors.ErrUnsupported {
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Glob(%q): %v, want a syntax error", test.pattern, err)
			}
			continue
		}
		if !errors.Is(err, test.err) {
			t.Errorf("Glob(%q): error %v, want %v", test.pattern, err, test.err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("Glob(%q) (-want +got):\n%s", test.pattern, diff)
		}
	}
}

func TestWalk(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a/x": {}, "a/b/keep": {}, "a/b/drop": {}, "a/c/drop": {}, "z": {}}
	context := NewContext(fsys, mustIgnore(t, "a\n!a/b/keep\n"))
	var got []string
	err := context.Walk(".", func(name string, _ fs.DirEntry) error {
		got = append(got, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{".", "a", "a/b", "a/b/keep", "z"}, got); diff != "" {
		t.Errorf("Walk (-want +got):\n%s", diff)
	}
}

func TestContextOfRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	for name, text := range map[string]string{outside: "s", filepath.Join(dir, "a"): "a", filepath.Join(dir, ".dockerignore"): "b\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	ignore, err := ReadIgnore(root.FS(), "Kubefile")
	if err != nil || ignore == nil {
		t.Fatalf("ReadIgnore: %v, %v", ignore, err)
	}
	context := NewContext(root.FS(), ignore)
	if names, err := context.Glob("link"); err == nil {
		t.Errorf("a link out of the context gives %v", names)
	}
	if names, err := context.Glob("a"); err != nil || len(names) != 1 {
		t.Errorf("Glob(a) = %v, %v", names, err)
	}
}
