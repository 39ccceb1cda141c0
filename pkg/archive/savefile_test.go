package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/archive"
	"github.com/opc-source/opc-image/pkg/store"
)

// counting opens only so many blobs, and remembers how many.
type counting struct {
	*store.Store
	limit, opened int
}

var errPulled = errors.New("the plug was pulled")

func (c *counting) Open(dgst digest.Digest) (store.Blob, error) {
	if c.opened == c.limit {
		return nil, errPulled
	}
	c.opened++
	return c.Store.Open(dgst)
}

func TestSaveFileResumes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64", "arm64") // 8 blobs
	want := save(t, s, image, archive.SaveOptions{})
	for name, tt := range map[string]struct {
		damage func([]byte) []byte
		opened int // by the second run
	}{
		"as it was":      {func(b []byte) []byte { return b }, 3},
		"cut in a blob":  {func(b []byte) []byte { return b[:len(b)-1000] }, 4},
		"bytes appended": {func(b []byte) []byte { return append(b, "garbage that was on the disk"...) }, 3},
		"begin damaged":  {func(b []byte) []byte { b[0] ^= 1; return b }, 8},
		"blob damaged":   {func(b []byte) []byte { b[len(b)-1100] ^= 1; return b }, 4},
		"other file":     {func([]byte) []byte { return bytes.Repeat([]byte("x"), 1<<20) }, 8},
		"empty":          {func([]byte) []byte { return nil }, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "image.tar")
			first := &counting{Store: s, limit: 5}
			if err := archive.SaveFile(t.Context(), first, image, file, archive.SaveOptions{}); !errors.Is(err, errPulled) {
				t.Fatalf("first run: %v", err)
			}
			if _, err := os.Stat(file); err == nil {
				t.Fatal("an unfinished archive has its name already")
			}
			part, err := os.ReadFile(file + ".part")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file+".part", tt.damage(part), 0o644); err != nil {
				t.Fatal(err)
			}
			second := &counting{Store: s, limit: -1}
			if err := archive.SaveFile(t.Context(), second, image, file, archive.SaveOptions{}); err != nil {
				t.Fatalf("second run: %v", err)
			}
			got, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Error("the archive differs from one written at once")
			}
			if second.opened != tt.opened {
				t.Errorf("the second run read %d blobs, want %d", second.opened, tt.opened)
			}
			if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
				t.Errorf("left over: %v", left)
			}
		})
	}
}

func TestSaveFileReplaces(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64")
	dir := t.TempDir()
	file := filepath.Join(dir, "image.tar")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := archive.SaveFile(t.Context(), &counting{Store: s, limit: 1}, image, file, archive.SaveOptions{}); err == nil {
		t.Fatal("no error")
	}
	if data, _ := os.ReadFile(file); string(data) != "old" {
		t.Error("a failed save touched the old archive")
	}
	if err := archive.SaveFile(t.Context(), s, image, file, archive.SaveOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := archive.SaveFile(t.Context(), s, image, dir, archive.SaveOptions{}); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("save over a directory: %v", err)
	}
}

// TestSaveFileAlone saves to the same file from within a save to it.
func TestSaveFileAlone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	image := builder{t, s}.image("amd64")
	file := filepath.Join(t.TempDir(), "image.tar")
	var second error
	outer := &hooked{Store: s, hook: func() {
		second = archive.SaveFile(t.Context(), s, image, file, archive.SaveOptions{})
	}}
	if err := archive.SaveFile(t.Context(), outer, image, file, archive.SaveOptions{}); err != nil {
		t.Fatal(err)
	}
	if second == nil || !strings.Contains(second.Error(), "another process") {
		t.Errorf("second save: %v", second)
	}
}

// hooked calls hook before it opens a blob.
type hooked struct {
	*store.Store
	hook func()
}

func (h *hooked) Open(dgst digest.Digest) (store.Blob, error) {
	h.hook()
	return h.Store.Open(dgst)
}
