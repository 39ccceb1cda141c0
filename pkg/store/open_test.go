package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

func TestOpenMakesAnOCILayout(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "store")
	s := mustOpen(t, dir)
	data, err := os.ReadFile(filepath.Join(dir, "oci-layout"))
	if string(data) != `{"imageLayoutVersion":"1.0.0"}` || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	if s.Dir() != dir || s.ReadOnly() {
		t.Errorf("%s, %v", s.Dir(), s.ReadOnly())
	}
	if free, err := s.Free(); free <= 0 || err != nil {
		t.Errorf("Free: %d, %v", free, err)
	}
	mustOpen(t, dir) // a second time
}

func TestOpenRefusesOtherDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.doc"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, Options{})
	wantError(t, err, dir, "thesis.doc", "choose another")
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("it now has %v", entries)
	}
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, layoutFile), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Open(bad, Options{})
	wantError(t, err, "imageLayoutVersion")
	if _, err := Open(filepath.Join(dir, "thesis.doc"), Options{}); err == nil {
		t.Error("a file: no error")
	}
	if _, err := Open(filepath.Join(dir, "missing"), Options{ReadOnly: true}); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing, for reading: %v", err)
	}
}

// TestOpenAfterAnEarlyKill has the directories and not yet the file oci-layout.
func TestOpenAfterAnEarlyKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, dir).Close()
	for _, name := range []string{layoutFile, indexFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, mustOpen(t, dir), "x")
}

func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writer := mustOpen(t, dir)
	desc := mustLayer(t, writer, "a", "aaa")
	mustImage(t, writer, "example.com/a:1", desc)
	before := tree(t, dir)
	s, err := Open(dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	checkReadOnly(t, s, desc.Digest)
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// checkReadOnly reads, and tries every way to write.
func checkReadOnly(t *testing.T, s *Store, dgst digest.Digest) {
	t.Helper()
	if !s.ReadOnly() {
		t.Error("not read-only")
	}
	if content := read(t, s, dgst); digest.FromString(content) != dgst {
		t.Error("other content")
	}
	desc, err := s.Resolve(t.Context(), "example.com/a:1")
	if err != nil {
		t.Fatal(err)
	}
	if report, err := s.Fsck(t.Context(), FsckOptions{Layers: true}); err != nil || len(report.Problems) > 0 {
		t.Errorf("Fsck: %+v, %v", report, err)
	}
	for name, err := range map[string]error{
		"Put":    second(s.Put(t.Context(), []byte("new"))),
		"Writer": second(s.Writer(t.Context())),
		"Ingest": second(s.Ingest(t.Context(), digest.FromString("new"), 3)),
		"Tag":    s.Tag(t.Context(), "new", desc),
		"Untag":  s.Untag(t.Context(), "example.com/a:1"),
		"Prune":  second(s.Prune(t.Context(), PruneOptions{})),
		"Repair": second(s.Fsck(t.Context(), FsckOptions{Repair: true})),
	} {
		if !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), s.Dir()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Put(t.Context(), []byte("aaa")); err != nil { // it is there
		t.Error(err)
	}
	if r, err := s.PutLayer(t.Context(), recipe(t, s, "a", "aaa"), nil); err != nil || r.Digest != dgst {
		t.Errorf("PutLayer of what is there: %v", err)
	}
	if report, err := s.Prune(t.Context(), PruneOptions{DryRun: true}); err != nil || len(report.Removed) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestOpenWhilePruning(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	if err := s.exclusive(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(s.Dir(), Options{}, bootID, 10*time.Millisecond); !errors.Is(err, ErrInUse) {
		t.Errorf("%v", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(10 * time.Millisecond)
		s.shared(context.Background())
	})
	mustOpen(t, s.Dir())
	wg.Wait()
}

func TestOpenCleansUp(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	live, err := s.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	partial := s.path(ingestDir, flat(digest.FromString("partial")))
	for _, path := range []string{s.path(ingestDir, tempPrefix+"dead"), partial} {
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mustOpen(t, s.Dir())
	want := []string{filepath.Base(partial), filepath.Base(live.file.Name())}
	if diff := cmp.Diff(want, leftovers(t, s)); diff != "" {
		t.Error(diff)
	}
}
