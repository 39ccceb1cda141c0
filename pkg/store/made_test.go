package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/store"
)

func TestMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(dir, store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	inputs := digest.FromString("module, flags, platform")
	blob, err := s.Put(t.Context(), []byte("program"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := s.Made(inputs); ok {
		t.Error("made before it was")
	}
	if err := s.Remember(inputs, blob, 7); err != nil {
		t.Fatal(err)
	}
	if got, size, ok := s.Made(inputs); !ok || got != blob || size != 7 {
		t.Errorf("%s, %d, %t", got, size, ok)
	}
	if err := s.Remember("no digest", blob, 7); err == nil {
		t.Error("inputs that are no digest")
	}
	// What is noted of a blob that is gone, or in a damaged file, does not count.
	record := filepath.Join(dir, "made", "sha256-"+inputs.Encoded())
	whole, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(record, whole[:20], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := s.Made(inputs); ok {
		t.Error("a damaged note counts")
	}
	if err := os.WriteFile(record, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(t.Context(), store.PruneOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := s.Made(inputs); ok {
		t.Error("a blob that is gone was made")
	}
	readonly, err := store.Open(dir, store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer readonly.Close()
	if err := readonly.Remember(inputs, blob, 7); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("error %v", err)
	}
}
