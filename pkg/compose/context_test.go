package compose_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/compose"
)

// TestEmbedded makes the same of files that the program carries, which have no
// modes, as of the same files in a directory.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	files := map[string]string{"scripts/a.sh*": "#!/bin/sh\n", "etc/x.yaml": "x", "opc.lock": "lock"}
	embedded := fstest.MapFS{}
	for name, content := range map[string]string{"scripts/a.sh": "#!/bin/sh\n", "etc/x.yaml": "x", "opc.lock": "lock"} {
		embedded[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o444}
	}
	fromDir := plan(t, fixture{kubefile: "COPY . .", context: files})
	fromProgram := plan(t, fixture{kubefile: "COPY . .", request: func(r *compose.Request) {
		r.Context = compose.EmbeddedContext(embedded)
	}})
	if diff := cmp.Diff(list(t, fromDir.Files), list(t, fromProgram.Files)); diff != "" {
		t.Error(diff)
	}
	c := compose.EmbeddedContext(embedded)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	var none *compose.Context
	if err := none.Close(); err != nil {
		t.Error(err)
	}
}

func TestLockIsNoInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"opc.lock": "x", "a": "y", "sub/opc.lock": "z"})
	c, err := compose.OpenContext(dir, "Kubefile")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, op := range map[string]func() error{
		"open":     func() error { _, err := c.FS().Open("opc.lock"); return err },
		"stat":     func() error { _, err := fs.Stat(c.FS(), "opc.lock"); return err },
		"lstat":    func() error { _, err := fs.Lstat(c.FS(), "opc.lock"); return err },
		"readlink": func() error { _, err := fs.ReadLink(c.FS(), "opc.lock"); return err },
		"glob":     func() error { _, err := c.Glob("opc.*"); return err },
	} {
		if err := op(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names, err := c.Glob("*/opc.lock"); err != nil || len(names) != 1 {
		t.Errorf("another directory's: %v, %v", names, err)
	}
	if err := fstest.TestFS(c.FS(), "a", "sub/opc.lock"); err != nil {
		t.Error(err)
	}
}

func TestOpenContextErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := compose.OpenContext(filepath.Join(dir, "gone"), "Kubefile"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".dockerignore"), []byte("[\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := compose.OpenContext(dir, "Kubefile"); err == nil {
		t.Error("a bad ignore file is read")
	}
}
