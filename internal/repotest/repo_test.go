package repotest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is the import path of this module.
const module = "github.com/opc-source/opc-image"

// top is the repository's directory, seen from this one.
const top = "../.."

// files are the names of all files of the repository, relative to its top,
// sorted; with git those that it tracks or would track, else all.
var files = sync.OnceValues(func() ([]string, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = top
	out, err := cmd.Output()
	if err != nil {
		return walk()
	}
	names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	names = slices.DeleteFunc(names, func(name string) bool {
		_, err := os.Lstat(filepath.Join(top, name))
		return errors.Is(err, fs.ErrNotExist) // Removed, and not committed yet.
	})
	slices.Sort(names)
	return slices.Compact(names), nil
})

// walk lists the files of an unpacked source archive.
func walk() ([]string, error) {
	var names []string
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, name) {
			return filepath.SkipDir
		}
		if !entry.IsDir() {
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	})
	return names, err
}

// each calls check for every file whose name ends with suffix.
func each(t *testing.T, suffix string, check func(t *testing.T, name string, content []byte)) {
	t.Helper()
	names, err := files()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range names {
		if !strings.HasSuffix(name, suffix) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			if info, statErr := os.Stat(filepath.Join(top, name)); statErr == nil && info.IsDir() {
				continue // A symlink to a directory.
			}
			t.Fatal(err)
		}
		found++
		check(t, name, content)
	}
	if found == 0 {
		t.Errorf("no file ends with %q: the test looked at nothing", suffix)
	}
}

// golang runs the go command in a directory of the repository.
func golang(t *testing.T, dir string, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		out = append(out, problems.Bytes()...)
	}
	return out, err
}

// slow skips a test that starts compilers when only quick ones are wanted.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow")
	}
}
