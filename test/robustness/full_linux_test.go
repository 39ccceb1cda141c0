package robustness

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// disk is a small file system.
type disk struct {
	t   *testing.T
	dir string
}

// newDisk mounts a file system of some KiB at a name of the test's directory.
func (w *world) newDisk(name string, size int) *disk {
	w.t.Helper()
	dir := w.path(name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dk", size)); err != nil {
		w.t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	w.t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			w.t.Error(err)
		}
	})
	return &disk{w.t, dir}
}

// grow makes room.
func (d *disk) grow(size int) {
	d.t.Helper()
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%dk", size)); err != nil {
		d.t.Fatal(err)
	}
}

// fill leaves some KiB free, and tells how to free the rest.
func (d *disk) fill(free int) (empty func()) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &stat); err != nil {
		d.t.Error(err)
	}
	name := filepath.Join(d.dir, "filler")
	size := int64(stat.Bavail)*stat.Bsize - int64(free)<<10
	if err := os.WriteFile(name, bytes.Repeat([]byte{1}, int(max(0, size))), 0o666); err != nil {
		d.t.Error(err)
	}
	return func() { os.Remove(name) }
}

// wantFull looks for a clear error: what could not be written, why, what to do.
func wantFull(t *testing.T, r result, words ...string) {
	t.Helper()
	if r.code != 1 {
		t.Errorf("exit code %d\n%s", r.code, r.err)
	}
	_, text, _ := strings.Cut(r.err, "Error: ")
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the error does not say %q: %s", word, text)
		}
	}
}

// TestFullBuild: the space is computed before the first large download; when the
// disk fills up later, the error says so; with room again the build goes on.
func TestFullBuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.newDisk("small", 6<<10)
	alone := w.must("alone", build("--lock=alone.lock")...)
	before := w.gets()
	r := w.run("small/store", build("--lock=small.lock")...)
	wantFull(t, r, "not enough space in "+w.path("small/store"), "are still to fetch", "are free; make room, or choose another directory with --store")
	for dgst, n := range w.gets() {
		if n != before[dgst] {
			t.Errorf("%s was fetched although there was no room", dgst)
		}
	}
	d.grow(20 << 10)
	var once sync.Once
	var empty func()
	w.let(func(out http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/blobs/") {
			once.Do(func() { empty = d.fill(2 << 10) }) // somebody else writes, too
		}
		w.upstream.ServeHTTP(out, r)
	})
	r = w.run("small/store", build("--lock=small.lock")...)
	wantFull(t, r, w.path("small/store"), "no space left on device", "free some space, prune the store, or put it on another disk")
	empty()
	complete, before := blobs(t, w.path("small/store")), w.gets()
	again := w.must("small/store", build("--lock=small.lock")...)
	if digestIn(t, again.out) != digestIn(t, alone.out) {
		t.Errorf("%s, undisturbed %s", again.out, alone.out)
	}
	wantNotAgain(t, complete, before, w.gets())
	same(t, w.path("alone"), w.path("small/store"))
}

func TestFullPullLoadSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target := w.target()
	name := target.Address() + "/corpus:1"
	built := w.must("store", build("-t", name, "--push")...)
	w.must("store", "save", name, "-o", "corpus.tar")

	pulled := w.newDisk("pulled", 6<<10)
	wantFull(t, w.run("pulled/store", "pull", name), "not enough space in "+w.path("pulled/store"), "make room")
	pulled.grow(30 << 10)
	if r := w.must("pulled/store", "pull", name); digestIn(t, r.out) != digestIn(t, built.out) {
		t.Errorf("pulled %s, built %s", r.out, built.out)
	}

	loaded := w.newDisk("loaded", 6<<10)
	wantFull(t, w.run("loaded/store", "load", "-i", "corpus.tar"), w.path("loaded/store"), "no space left on device", "free some space")
	loaded.grow(30 << 10)
	if r := w.must("loaded/store", "load", "-i", "corpus.tar"); digestIn(t, r.out) != digestIn(t, built.out) {
		t.Errorf("loaded %s, built %s", r.out, built.out)
	}
	w.must("loaded/store", "verify", name)

	saved := w.newDisk("saved", 6<<10)
	wantFull(t, w.run("store", "save", name, "-o", w.path("saved/corpus.tar")), w.path("saved/corpus.tar"), "no space left on device")
	if _, err := os.Stat(w.path("saved/corpus.tar")); err == nil {
		t.Error("half an archive has its name")
	}
	saved.grow(30 << 10)
	w.must("store", "save", name, "-o", w.path("saved/corpus.tar"))
	if !bytes.Equal(read(t, w.path("saved/corpus.tar")), read(t, w.path("corpus.tar"))) {
		t.Error("the archive is another one than on a disk with room")
	}
	if r := w.run("store", "save", name, "-o", "/dev/full"); r.code == 0 {
		t.Error("an archive was saved to a device")
	}
}
