package catalog_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/catalog"
)

func TestLoadLayers(t *testing.T) {
	t.Parallel()
	lower := folder(map[string]string{"a": named("a"), "b": named("b", "requires: [a]"), "b/values.yaml": "x"})
	upper := folder(map[string]string{"b": named("b"), "c": named("c")})
	c, err := catalog.Load(lower, upper)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, c.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	b := get(t, c, "b")
	if len(b.Requires) > 0 {
		t.Errorf("b is not the later one: it requires %v", b.Requires)
	}
	if _, err := fs.Stat(b.Files(), "values.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file of the replaced component shows through: %v", err)
	}
}

func TestLoadReportsAllComponents(t *testing.T) {
	t.Parallel()
	got := problems(t, map[string]string{
		"a":          named("a", "colour: blue"),
		"b":          named("other"),
		"c/README":   "no definition here",
		".git/x":     "hidden folders are no components",
		"d/sub/file": "neither here",
	})
	want := []string{
		`a/component.yaml:10:1: unknown key "colour"; known here: `,
		`b/component.yaml:1:1: name is "other" but the folder is "b"; they must be the same`,
		`c: this folder has no component.yaml`,
		`d: this folder has no component.yaml`,
	}
	if len(got) > 0 {
		got[0] = got[0][:min(len(got[0]), len(want[0]))]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLoadIgnoresFilesBesideComponents(t *testing.T) {
	t.Parallel()
	fsys := folder(map[string]string{"a": named("a")})
	fsys["embed.go"] = &fstest.MapFile{Data: []byte("package images")}
	c, err := catalog.Load(fsys)
	if err != nil || len(c.Components()) != 1 {
		t.Errorf("got %v, %v", c, err)
	}
}

type brokenFS struct{ fs.FS }

func (brokenFS) Open(string) (fs.File, error) { return nil, fs.ErrPermission }

func TestLoadFailsOnAnUnreadableFolder(t *testing.T) {
	t.Parallel()
	if _, err := catalog.Load(brokenFS{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"a": named("a"), "b": named("b")})
	if got := get(t, c, "b"); got.Name != "b" || got.Licence.SPDX != "MIT" {
		t.Errorf("got %+v", got)
	}
	_, err := c.Get("x")
	if want := `no such component: "x"; the catalog has a, b`; !errors.Is(err, catalog.ErrUnknown) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
