package robustness

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listing names the files of a store, with what is not content left out of
// their names.
func listing(t *testing.T, store string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(store, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err = filepath.Rel(store, name)
		if !strings.HasPrefix(name, "locks/") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// same compares a store with one that nothing happened to, and finds what was
// left over: the names of all files have to be the same.
func same(t *testing.T, undisturbed, store string) {
	t.Helper()
	if diff := cmp.Diff(listing(t, undisturbed), listing(t, store)); diff != "" {
		t.Errorf("other files than without a disturbance (-want +got):\n%s", diff)
	}
}

// blobs are the digests of the complete blobs of a store.
func blobs(t *testing.T, store string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(store, "blobs/sha256"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, "sha256:"+e.Name())
	}
	return list
}
