package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

// openAt opens a store as in a certain boot of the machine.
func openAt(t testing.TB, dir, boot string, opts Options) *Store {
	t.Helper()
	s, err := open(dir, opts, func() string { return boot }, maxOpenWait)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func markersOf(t testing.TB, s *Store) int {
	t.Helper()
	return len(s.markers())
}

func TestMarkerIsThereUntilSync(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, "boot1", Options{})
	if markersOf(t, s) != 0 {
		t.Error("a new store has a marker")
	}
	desc := mustPut(t, s, "one")
	mustPut(t, s, "two")
	if markersOf(t, s) != 1 {
		t.Errorf("%d markers", markersOf(t, s))
	}
	if err := s.Tag(t.Context(), "a", desc); err != nil {
		t.Fatal(err)
	}
	if markersOf(t, s) != 0 {
		t.Errorf("%d markers after Tag", markersOf(t, s))
	}
}

func TestMarkerOfADeadProcessIsTakenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dead := openAt(t, dir, "boot1", Options{})
	mustPut(t, dead, "one")
	alive := openAt(t, dir, "boot1", Options{})
	desc := mustPut(t, alive, "two")
	dead.Close()
	if markersOf(t, alive) != 2 {
		t.Errorf("%d markers", markersOf(t, alive))
	}
	other := openAt(t, dir, "boot1", Options{})
	mustPut(t, other, "three")
	if markersOf(t, alive) != 2 {
		t.Errorf("%d markers, one should have been taken over", markersOf(t, alive))
	}
	if err := alive.Tag(t.Context(), "a", desc); err != nil {
		t.Fatal(err)
	}
	if markersOf(t, alive) != 1 { // that of other
		t.Errorf("%d markers", markersOf(t, alive))
	}
	if err := other.Sync(t.Context()); err != nil || markersOf(t, alive) != 0 {
		t.Errorf("%d markers, %v", markersOf(t, alive), err)
	}
}

func TestNoSyncLeavesOneMarker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, content := range []string{"one", "two", "three"} {
		s := openAt(t, dir, "boot1", Options{NoSync: true})
		if err := s.Tag(t.Context(), content, mustPut(t, s, content)); err != nil {
			t.Fatal(err)
		}
		if markersOf(t, s) != 1 {
			t.Errorf("%d markers", markersOf(t, s))
		}
		s.Close()
	}
}

// TestPowerFailure damages files of before and after the last Sync, and opens the
// store in the next boot.
func TestPowerFailure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, "boot1", Options{})
	old := mustPut(t, s, "synced")
	oldPath := mustBlobPath(t, s, old.Digest)
	if err := s.Tag(t.Context(), "a", old); err != nil {
		t.Fatal(err)
	}
	good, bad := mustPut(t, s, "good"), mustPut(t, s, "bad")
	layers := []digest.Digest{
		mustLayer(t, s, "a", "good").Digest, // its recipe is lost
		mustLayer(t, s, "b", "good").Digest, // its record is lost
		mustLayer(t, s, "c", "bad").Digest,  // a blob of it is lost
		mustLayer(t, s, "d", "good").Digest,
	}
	rec, err := s.layerRecord(layers[0])
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	damage(t, mustBlobPath(t, s, bad.Digest))
	damage(t, s.recipePath(rec.dgst))
	damage(t, oldPath) // to see that it is not read
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(oldPath, long, long); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(s.layerPath(layers[1]), 0); err != nil {
		t.Fatal(err)
	}

	same := openAt(t, dir, "boot1", Options{})
	if !same.Has(bad.Digest, 3) {
		t.Error("verified within the same boot")
	}
	same.Close()
	next := openAt(t, dir, "boot2", Options{})
	if next.Has(bad.Digest, -1) || !next.Has(good.Digest, 4) || !next.Has(old.Digest, 6) {
		t.Error("the wrong blobs were dropped")
	}
	if next.Has(layers[0], -1) || next.Has(layers[1], -1) || !next.Has(layers[3], -1) {
		t.Error("the wrong layers were dropped")
	}
	if markersOf(t, next) != 0 {
		t.Errorf("%d markers", markersOf(t, next))
	}
	// A build heals everything.
	mustPut(t, next, "bad")
	for i, name := range []string{"a", "b", "c", "d"} {
		content := []string{"good", "good", "bad", "good"}[i]
		if got := mustLayer(t, next, name, content); got.Digest != layers[i] {
			t.Errorf("layer %s has digest %s", name, got.Digest)
		}
		read(t, next, layers[i])
	}
}

func TestUnknownBootCountsAsEarlier(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, "", Options{})
	bad := mustPut(t, s, "bad")
	second := openAt(t, dir, "", Options{}) // while the first is alive
	if markersOf(t, second) != 1 {
		t.Error("the marker of a living process was removed")
	}
	s.Close()
	damage(t, mustBlobPath(t, s, bad.Digest))
	if openAt(t, dir, "", Options{}).Has(bad.Digest, -1) {
		t.Error("not verified")
	}
}

// TestHalfWrittenMarker is left when power fails while it is made.
func TestHalfWrittenMarker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	openAt(t, dir, "boot1", Options{}).Close()
	if err := os.WriteFile(filepath.Join(dir, locksDir, dirtyPrefix+"x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if s := openAt(t, dir, "boot1", Options{}); markersOf(t, s) != 0 {
		t.Errorf("%d markers", markersOf(t, s))
	}
}
