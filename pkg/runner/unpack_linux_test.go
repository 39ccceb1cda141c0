package runner

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

// listing writes the tree below dir as lines.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	lines := []string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		line := info.Mode().String() + " " + name
		if info.Mode().IsRegular() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += " " + string(b)
		}
		if target, err := os.Readlink(path); err == nil {
			line += " -> " + target
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestApply(t *testing.T) {
	t.Parallel()
	base := []tar.Header{
		dir("./d/", 0o750), file("./d/a", 0o4755, "a"), file("d/b", 0o644, "b"),
		dir("d/sub/", 0o755), file("d/sub/x", 0o644, "x"), symlink("l", "/d"),
	}
	tests := []struct {
		name  string
		layer []tar.Header
		want  []string
	}{
		{"base", nil, []string{"drwxr-x--- d", "urwxr-xr-x d/a a", "-rw-r--r-- d/b b", "drwxr-xr-x d/sub",
			"-rw-r--r-- d/sub/x x", "Lrwxrwxrwx l -> /d"}},
		{"whiteouts", []tar.Header{file("d/.wh.a", 0, ""), file("d/sub/.wh.x", 0, ""), file(".wh.l", 0, ""), file("gone/.wh.x", 0, "")},
			[]string{"drwxr-x--- d", "-rw-r--r-- d/b b", "drwxr-xr-x d/sub"}},
		{"opaque spares what its layer brings", []tar.Header{
			dir("d/", 0o700), file("d/new", 0o644, "n"), dir("d/sub/", 0o755), file("d/.wh..wh..opq", 0, ""), file("d/late", 0o644, "")},
			[]string{"drwx------ d", "-rw-r--r-- d/late ", "-rw-r--r-- d/new n", "drwxr-xr-x d/sub", "Lrwxrwxrwx l -> /d"}},
		{"kinds change", []tar.Header{file("d/sub", 0o600, "s"), dir("d/a", 0o755), dir("l", 0o755)},
			[]string{"drwxr-x--- d", "drwxr-xr-x d/a", "-rw-r--r-- d/b b", "-rw------- d/sub s", "drwxr-xr-x l"}},
		{"a hard link shares", []tar.Header{{Typeflag: tar.TypeLink, Name: "d/c", Linkname: "d/b"}, file(".wh.l", 0, ""), file("d/.wh.sub", 0, "")},
			[]string{"drwxr-x--- d", "urwxr-xr-x d/a a", "-rw-r--r-- d/b b", "-rw-r--r-- d/c b"}},
		{"devices and records of aufs are left out", []tar.Header{
			{Typeflag: tar.TypeChar, Name: "d/null"}, {Typeflag: tar.TypeFifo, Name: "d/pipe"}, file(".wh..wh.plnk", 0, ""), file("d/.wh.sub", 0, ""), file(".wh.l", 0, "")},
			[]string{"drwxr-x--- d", "urwxr-xr-x d/a a", "-rw-r--r-- d/b b"}},
	}
	for _, test := range tests {
		r := open(t, &memory{})
		apply(t, r, base...)
		if test.layer != nil {
			apply(t, r, test.layer...)
		}
		if diff := cmp.Diff(test.want, listing(t, r.root())); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestApplyKeepsOwnerAndTime(t *testing.T) {
	t.Parallel()
	r := open(t, &memory{})
	h := file("f", 0o640, "x")
	h.Uid, h.Gid = 33, 44
	apply(t, r, h)
	info, err := os.Stat(filepath.Join(r.root(), "f"))
	if err != nil || !info.ModTime().Equal(time.Unix(1000, 0)) {
		t.Fatal(info.ModTime(), err)
	}
	if os.Geteuid() != 0 && r.owners["f"] != (owner{33, 44}) {
		t.Errorf("the owner is forgotten: %v", r.owners)
	}
}

func TestApplyStaysInside(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := func(name, target string) tar.Header {
		return tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target}
	}
	for name, headers := range map[string][]tar.Header{
		"dots":                    {file("../x", 0o644, "")},
		"dots within":             {file("a/../../x", 0o644, "")},
		"dots of a hard link":     {link("x", "../secret")},
		"through a symlink":       {symlink("l", outside), file("l/x", 0o644, "")},
		"through a relative one":  {symlink("l", "../../.."), file("l/x", 0o644, "")},
		"hard link through one":   {symlink("l", outside), link("x", "l/secret")},
		"whiteout through one":    {symlink("l", outside), file("l/.wh.secret", 0, "")},
		"opaque through one":      {symlink("l", outside), file("l/.wh..wh..opq", 0, "")},
		"whiteout of the parent":  {file(".wh...", 0, "")},
		"whiteout of the dir":     {file("d/x", 0, ""), file("d/.wh..", 0, "")},
		"whiteout without a name": {file(".wh.", 0, "")},
	} {
		r := open(t, &memory{})
		err := r.Apply(t.Context(), tarball(t, headers...))
		if err == nil || !strings.Contains(err.Error(), "layer: entry ") {
			t.Errorf("%s: %v", name, err)
		}
		entries, _ := os.ReadDir(outside)
		if len(entries) != 1 {
			t.Fatalf("%s: outside there is %v", name, entries)
		}
	}
	// An absolute name is one within the tree.
	r := open(t, &memory{})
	apply(t, r, file(secret, 0o644, "inside"))
	if b, _ := os.ReadFile(secret); string(b) != "s" {
		t.Errorf("outside was written %q", b)
	}
}

func TestApplyBounds(t *testing.T) {
	t.Parallel()
	bomb := tarball(t, file("zero", 0o644, strings.Repeat("\x00", 1<<20))).Bytes()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bomb)
	_ = z.Close()
	r := open(t, &memory{})
	r.opts.MaxBytes = 100_000
	err := r.Apply(t.Context(), &packed)
	if err == nil || !strings.Contains(err.Error(), "more than 100000 bytes unpacked") {
		t.Error(err)
	}
	r.opts.MaxBytes, r.opts.MaxEntries = 1<<30, 2
	if err := r.Apply(t.Context(), tarball(t, file("a", 0, ""), file("b", 0, ""))); err != nil {
		t.Error(err)
	}
	err = r.Apply(t.Context(), tarball(t, file("a", 0, ""), file("b", 0, ""), file("c", 0, "")))
	if err == nil || !strings.Contains(err.Error(), "more than 2 entries") {
		t.Error(err)
	}
}

func TestApplyCompressed(t *testing.T) {
	t.Parallel()
	plain := tarball(t, file("a", 0o644, "hello")).Bytes()
	var gz, zst bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write(plain)
	_ = g.Close()
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write(plain)
	_ = z.Close()
	for name, layer := range map[string][]byte{"gzip": gz.Bytes(), "zstd": zst.Bytes(), "none": plain} {
		r := open(t, &memory{})
		if err := r.Apply(t.Context(), bytes.NewReader(layer)); err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff([]string{"-rw-r--r-- a hello"}, listing(t, r.root())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if err := r.Apply(t.Context(), bytes.NewReader(layer[:len(layer)/4])); err == nil {
			t.Errorf("%s: a truncated layer is taken", name)
		}
	}
}

func TestApplyEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t, &memory{}).Apply(ctx, tarball(t, file("a", 0o644, "x"))); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
