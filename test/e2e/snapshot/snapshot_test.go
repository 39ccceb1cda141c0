package snapshot

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	before := Snapshot{"file /etc/a": "1", "file /etc/b": "1", "file /etc/c": "1", "setting fs.file-nr": "1", "mount /x": "is there", "unit a": "x"}
	after := Snapshot{"file /etc/a": "1", "file /etc/b": "2", "file /etc/d": "1", "setting fs.file-nr": "2", "unit a": "y", "file /var/log/journal/x": "1"}
	got := Compare(before, after, "unit a")
	want := []string{"changed: file /etc/b: 1 → 2", "gone: file /etc/c 1", "new: file /etc/d 1", "gone: mount /x is there"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Compare(before, before); len(got) > 0 {
		t.Errorf("nothing has changed: %q", got)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	look := func(path string) string {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		text, err := describe(name, path, entries[0])
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	write("one", 0o644)
	first := look("/etc/file")
	write("one", 0o644)
	if second := look("/etc/file"); second != first {
		t.Errorf("%s, %s: the same file", first, second)
	}
	write("two", 0o644)
	second := look("/etc/file")
	if second == first {
		t.Errorf("%s: another content", second)
	}
	write("two", 0o600)
	if third := look("/etc/file"); third == second {
		t.Errorf("%s: another mode", third)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", name); err != nil {
		t.Fatal(err)
	}
	if got := look("/etc/file"); got != "→ target" {
		t.Error(got)
	}
}
