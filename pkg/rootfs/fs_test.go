package rootfs_test

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
)

// tree has a file system of everything a plan may have.
func tree(t *testing.T) (*rootfs.FS, *store.Store) {
	t.Helper()
	s := open(t)
	blob := put(t, s, []byte("from the store"))
	return rootfs.New([]rootfs.Item{
		item("etc/a", "first"),
		item("etc/a", "second"),
		item("etc/b", ""),
		{Entry: layer.Entry{Name: "bin/tool", Mode: 0o755, Blob: blob, Size: 14}},
		{Entry: layer.Entry{Name: "bin/link", Kind: layer.Symlink, Link: "tool"}},
		{Entry: layer.Entry{Name: "empty", Kind: layer.Dir, Mode: 0o700}},
		{Entry: layer.Entry{Name: "bin", Kind: layer.Dir, Mode: 0o711}},
		{Entry: layer.Entry{Name: "abs", Kind: layer.Symlink, Link: "/etc"}},
		{Entry: layer.Entry{Name: "up", Kind: layer.Symlink, Link: "../../../abs/b"}},
		item("was/a/directory", "x"),
		item("was", "now a file"),
		item("file", "x"),
		item("file/becomes/a directory", "y"),
	}, s), s
}

func TestFS(t *testing.T) {
	t.Parallel()
	fsys, _ := tree(t)
	if err := fstest.TestFS(fsys, "etc/a", "etc/b", "bin/tool", "bin/link", "empty", "was", "file/becomes/a directory"); err != nil {
		t.Error(err)
	}
	want := map[string]string{
		"etc/": "", "etc/a": "second", "etc/b": "", "bin/": "", "bin/tool": "from the store", "bin/link": "-> tool",
		"abs": "-> /etc", "up": "-> ../../../abs/b", "empty/": "", "was": "now a file", "file/": "", "file/becomes/": "", "file/becomes/a directory": "y",
	}
	if diff := cmp.Diff(want, contents(t, fsys)); diff != "" {
		t.Error(diff)
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	fsys, _ := tree(t)
	for name, want := range map[string]fs.FileMode{
		".": fs.ModeDir | 0o755, "bin": fs.ModeDir | 0o711, "empty": fs.ModeDir | 0o700, "etc": fs.ModeDir | 0o755,
		"bin/tool": 0o755, "bin/link": fs.ModeSymlink | 0o777, "etc/a": 0o644,
	} {
		info, err := fs.Lstat(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s: %v, want %v", name, info.Mode(), want)
		}
		if info.ModTime().Unix() != 0 || info.Sys() != nil {
			t.Errorf("%s: %v, %v", name, info.ModTime(), info.Sys())
		}
	}
}

// TestLinks follows symlinks, which cannot leave the root.
func TestLinks(t *testing.T) {
	t.Parallel()
	fsys, _ := tree(t)
	for name, want := range map[string]string{"bin/link": "from the store", "abs/a": "second", "up": ""} {
		data, err := fsys.ReadFile(name)
		if err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
		info, err := fsys.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if list, err := fsys.ReadDir("abs"); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	root := rootfs.New([]rootfs.Item{{Entry: layer.Entry{Name: "r", Kind: layer.Symlink, Link: ".."}}}, nil)
	if info, err := root.Stat("r"); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
}

func TestFSErrors(t *testing.T) {
	t.Parallel()
	_, s := tree(t)
	fsys := rootfs.New([]rootfs.Item{
		item("etc/a", "a"),
		{Entry: layer.Entry{Name: "loop", Kind: layer.Symlink, Link: "loop2"}},
		{Entry: layer.Entry{Name: "loop2", Kind: layer.Symlink, Link: "/loop"}},
		{Entry: layer.Entry{Name: "dangling", Kind: layer.Symlink, Link: "nowhere"}},
	}, s)
	lacking := rootfs.New([]rootfs.Item{{Entry: layer.Entry{Name: "a", Blob: digest.FromString("x"), Size: 1}}}, s)
	for name, test := range map[string]struct {
		op   func() error
		is   error
		text string
	}{
		"nothing":         {func() error { _, err := fsys.Open("gone"); return err }, fs.ErrNotExist, "open gone: file does not exist"},
		"bad name":        {func() error { _, err := fsys.Stat("../x"); return err }, fs.ErrInvalid, "stat ../x: invalid argument"},
		"circle":          {func() error { _, err := fsys.Open("loop/x"); return err }, nil, "open loop/x: too many symlinks"},
		"dangling":        {func() error { _, err := fsys.Stat("dangling"); return err }, fs.ErrNotExist, "stat dangling"},
		"no such link":    {func() error { _, err := fsys.Lstat("gone"); return err }, fs.ErrNotExist, "lstat gone"},
		"list a file":     {func() error { _, err := fsys.ReadDir("etc/a"); return err }, nil, "readdir etc/a: is a file"},
		"list nothing":    {func() error { _, err := fsys.ReadDir("gone"); return err }, fs.ErrNotExist, "readdir gone"},
		"link of a file":  {func() error { _, err := fsys.ReadLink("etc/a"); return err }, fs.ErrInvalid, "readlink etc/a"},
		"link of nothing": {func() error { _, err := fsys.ReadLink("gone"); return err }, fs.ErrNotExist, "readlink gone"},
		"lacking blob":    {func() error { _, err := lacking.Open("a"); return err }, store.ErrNotFound, "open a: "},
	} {
		err := test.op()
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := fsys.Open("etc")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Read(nil); err == nil {
		t.Error("a directory was read")
	}
}

// TestReadAt reads a file of a blob from the middle.
func TestReadAt(t *testing.T) {
	t.Parallel()
	fsys, _ := tree(t)
	f, err := fsys.Open("bin/tool")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 5)
	if n, err := f.(io.ReaderAt).ReadAt(buf, 9); n != 5 || err != nil || string(buf) != "store" {
		t.Errorf("%d, %v, %q", n, err, buf)
	}
}

func TestBlob(t *testing.T) {
	t.Parallel()
	fsys, _ := tree(t)
	if d, ok := fsys.Blob("bin/tool"); !ok || d.Encoded() != digestOf("from the store") {
		t.Errorf("%s, %v", d, ok)
	}
	for _, name := range []string{"etc/a", "bin", "bin/link", "gone"} {
		if d, ok := fsys.Blob(name); ok {
			t.Errorf("%s is the blob %s", name, d)
		}
	}
}
