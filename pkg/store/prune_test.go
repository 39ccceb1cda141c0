package store

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

func mustPrune(t testing.TB, s *Store, dry bool) *PruneReport {
	t.Helper()
	report, err := s.Prune(t.Context(), PruneOptions{DryRun: dry})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// diskUse is the bytes of all files, without locks.
func diskUse(t testing.TB, s *Store) int64 {
	t.Helper()
	var n int64
	for name, content := range tree(t, s.Dir()) {
		if !strings.HasPrefix(name, "/"+locksDir) && !strings.HasPrefix(name, "/"+indexFile) {
			n += int64(len(content))
		}
	}
	return n
}

func TestPruneKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	s := sampleStore(t)
	before := tree(t, s.Dir())
	if report := mustPrune(t, s, false); report.Bytes != 0 || len(report.Removed) != 0 {
		t.Errorf("%+v", report)
	}
	if report := mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
		t.Errorf("%+v", report.Problems)
	}
	if diff := cmp.Diff(before, tree(t, s.Dir())); diff != "" {
		t.Error(diff)
	}
}

func TestPruneRemovesWhatIsNot(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	keep := mustLayer(t, s, "a", "aaa", "shared", "shared")
	mustImage(t, s, "example.com/keep:1", keep)
	kept := diskUse(t, s)
	files := tree(t, s.Dir())

	mustImage(t, s, "example.com/drop:1", mustLayer(t, s, "b", "bbb", "shared", "shared"), mustPut(t, s, "plain layer"))
	mustPut(t, s, "of no image")
	if err := s.Untag(t.Context(), "example.com/drop:1"); err != nil {
		t.Fatal(err)
	}
	damaged := mustPut(t, s, "damaged")
	damage(t, mustBlobPath(t, s, damaged.Digest))
	mustFsck(t, s, FsckOptions{Repair: true})
	in := mustIngest(t, s, []byte("given up"))
	mustWrite(t, in, []byte("given"))
	in.Close()
	active := mustIngest(t, s, []byte("active"))
	mustWrite(t, active, []byte("act"))

	used := diskUse(t, s)
	dry := mustPrune(t, s, true)
	if diskUse(t, s) != used {
		t.Error("the dry run removed something")
	}
	real := mustPrune(t, s, false)
	if diff := cmp.Diff(dry, real); diff != "" {
		t.Error(diff)
	}
	if freed := used - diskUse(t, s); freed != real.Bytes || diskUse(t, s) != kept+3 {
		t.Errorf("freed %d, said %d, %d are left of %d", freed, real.Bytes, diskUse(t, s), kept)
	}
	if slices.Contains(real.Removed, digest.FromString("shared")) || !slices.Contains(real.Removed, digest.FromString("bbb")) {
		t.Errorf("removed %v", real.Removed)
	}
	for name := range files {
		if _, err := os.Stat(s.Dir() + name); err != nil && !strings.HasPrefix(name, "/"+locksDir) {
			t.Errorf("%s is gone", name)
		}
	}
	mustWrite(t, active, []byte("ive"))
	if err := active.Commit(); err != nil {
		t.Errorf("what was being taken in: %v", err)
	}
	if report := mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
		t.Errorf("%+v", report.Problems)
	}
}

func TestPruneStopsAtDamage(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	desc := mustImage(t, s, "example.com/a:1", mustLayer(t, s, "a", "aaa"))
	damage(t, mustBlobPath(t, s, desc.Digest))
	_, err := s.Prune(t.Context(), PruneOptions{})
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
	wantError(t, err, desc.Digest.String(), "check the store first")
	if !s.Has(digest.FromString("aaa"), 3) {
		t.Error("a blob is gone")
	}
}

func TestPruneBesideAnotherStore(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	other, err := Open(s.Dir(), Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	desc := mustPut(t, s, "x")
	if _, err := s.Prune(t.Context(), PruneOptions{}); !errors.Is(err, ErrInUse) {
		t.Errorf("%v", err)
	}
	other.Close()
	if report := mustPrune(t, s, false); len(report.Removed) != 1 || s.Has(desc.Digest, 1) {
		t.Errorf("%+v", report)
	}
}
