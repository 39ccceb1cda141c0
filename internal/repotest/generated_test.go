package repotest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerated runs the generators in a copy of the repository and compares.
func TestGenerated(t *testing.T) {
	t.Parallel()
	slow(t)
	names, err := files()
	if err != nil {
		t.Fatal(err)
	}
	there := t.TempDir()
	for _, name := range names {
		copyInto(t, there, name)
	}
	if out, err := golang(t, there, "generate", "./..."); err != nil {
		t.Fatalf("go generate: %v\n%s", err, out)
	}
	err = filepath.WalkDir(there, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(there, path)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(top, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: run make generate", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func copyInto(t *testing.T, dir, name string) {
	t.Helper()
	from, to := filepath.Join(top, name), filepath.Join(dir, name)
	info, err := os.Lstat(from)
	if err == nil && !info.Mode().IsRegular() {
		return
	}
	content, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, content, info.Mode().Perm())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestModulesAreTidy(t *testing.T) {
	t.Parallel()
	slow(t)
	each(t, "go.mod", func(t *testing.T, name string, _ []byte) {
		if strings.Contains("/"+name, "/testdata/") {
			return
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := golang(t, filepath.Join(top, filepath.Dir(name)), "mod", "tidy", "-diff")
			switch {
			case err == nil:
			case bytes.Contains(out, []byte("diff current/")):
				t.Errorf("run go mod tidy in its directory\n%s", out)
			default:
				t.Skipf("go mod tidy cannot tell, perhaps for want of a network: %s", out)
			}
		})
	})
}
