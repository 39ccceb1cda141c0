package store

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// mountTmpfs mounts a file system of that size, for root only.
func mountTmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("cannot mount a tmpfs here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestReadOnlyFileSystem(t *testing.T) {
	t.Parallel()
	dir := mountTmpfs(t, "size=8m")
	writer := mustOpen(t, dir)
	desc := mustLayer(t, writer, "a", "aaa")
	mustImage(t, writer, "example.com/a:1", desc)
	writer.Close()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("cannot remount: %v", err)
	}
	checkReadOnly(t, mustOpen(t, dir), desc.Digest)
	if _, err := Open(filepath.Join(dir, "new"), Options{}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("new store: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, mountTmpfs(t, "size=1m"))
	data := make([]byte, 4<<20)
	in := mustIngest(t, s, data)
	_, err := in.Write(data)
	var space *SpaceError
	if !errors.As(err, &space) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("%v", err)
	}
	if want := int64(len(data)) - in.Offset(); space.Need != want || space.Free > 4096 {
		t.Errorf("need %d, free %d; want %d, about 0", space.Need, space.Free, want)
	}
	wantError(t, err, s.Dir(), "bytes more", "prune")
	if in.Offset() == 0 {
		t.Error("nothing was kept")
	}
	in.Close()
	if _, err := s.Put(t.Context(), make([]byte, 2<<20)); !errors.As(err, &space) {
		t.Errorf("Put: %v", err)
	}
	if left := leftovers(t, s); len(left) != 1 { // what was kept
		t.Errorf("left in ingest: %v", left)
	}
	if _, err := s.Prune(t.Context(), PruneOptions{}); err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "there is room again")
}
