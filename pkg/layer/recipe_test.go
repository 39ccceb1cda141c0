package layer

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

// sample has every kind of entry, in no order, with a name that needs pax.
func sample(m *memory) []Entry {
	return []Entry{
		m.file("usr/bin/tool", strings.Repeat("x", 1000)),
		{Name: "usr/bin/again", Kind: Hardlink, Link: "usr/bin/tool", Mode: 0o644},
		{Name: "etc/b.conf", Mode: 0o600 | fs.ModeSetuid, Data: []byte("b=1\n"), UID: 3, GID: 4},
		{Name: "etc/a.conf", Kind: Symlink, Link: "../b.conf"},
		{Name: "etc/.wh.old"},
		{Name: "etc/-first", ModTime: time.Unix(1700000000, 5)},
		{Name: "var", Kind: Dir, Mode: 0o777 | fs.ModeSticky},
		m.file("var/"+strings.Repeat("long/", 60)+"é", strings.Repeat("y", 512)),
		m.file("var/empty", ""),
	}
}

func TestTarHasTheEntriesInOrder(t *testing.T) {
	t.Parallel()
	m := &memory{}
	var names []string
	tr := tar.NewReader(bytes.NewReader(tarOf(t, mustNew(t, sample(m)...), m)))
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(h.Name, "/") < 4 {
			names = append(names, h.FileInfo().Mode().String()+" "+h.Name+" "+h.Linkname)
		}
		if h.Name == "usr/bin/tool" && string(content) != strings.Repeat("x", 1000) {
			t.Errorf("content of %s: %.20q…", h.Name, content)
		}
		if h.Name != "etc/-first" && !h.ModTime.Equal(time.Unix(0, 0)) {
			t.Errorf("%s has time %v", h.Name, h.ModTime)
		}
	}
	want := []string{
		"drwxr-xr-x etc/ ",
		"---------- etc/.wh.old ",
		"---------- etc/-first ",
		"Lrwxrwxrwx etc/a.conf ../b.conf",
		"urw------- etc/b.conf ",
		"drwxr-xr-x usr/ ",
		"drwxr-xr-x usr/bin/ ",
		"-rw-r--r-- usr/bin/tool ",
		"dtrwxrwxrwx var/ ",
		"-rw-r--r-- var/empty ",
		"drwxr-xr-x var/long/ ",
		"drwxr-xr-x var/long/long/ ",
		"-rw-r--r-- usr/bin/again usr/bin/tool",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// TestGolden pins the bytes: they are part of every image's digest.
func TestGolden(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := mustNew(t, sample(m)...)
	got := []string{digest.FromBytes(tarOf(t, r, m)).Encoded()[:16], r.Digest().Encoded()[:16]}
	want := []string{"9ac6581319c0151f", "9eeef8ad6093347f"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOrderAndZoneDoNotMatter(t *testing.T) {
	t.Parallel()
	m := &memory{}
	entries := sample(m)
	want := tarOf(t, mustNew(t, entries...), m)
	for range 20 {
		rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		for i := range entries {
			entries[i].ModTime = entries[i].ModTime.In(time.FixedZone("east", 3600*rand.IntN(12)))
		}
		again := append(entries, entries[rand.IntN(len(entries))]) // twice is once
		if !bytes.Equal(want, tarOf(t, mustNew(t, again...), m)) {
			t.Fatal("bytes differ")
		}
	}
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := mustNew(t, sample(m)...)
	all := tarOf(t, r, m)
	blobs := r.Blobs()
	if len(blobs) != 2 { // the empty one is no reference
		t.Fatalf("blobs %v", blobs)
	}
	for _, b := range blobs {
		if digest.FromBytes(all[b.Offset:b.Offset+b.Size]) != b.Digest {
			t.Errorf("%s is not at offset %d", b.Digest, b.Offset)
		}
	}
}

func TestBadEntries(t *testing.T) {
	t.Parallel()
	one, two := digest.FromString("1"), digest.FromString("2")
	tests := map[string]struct {
		entries []Entry
		want    []string
	}{
		"absolute":      {[]Entry{{Name: "/etc"}}, []string{`"/etc"`, "clean path"}},
		"dots":          {[]Entry{{Name: "a/../b"}}, []string{"clean path"}},
		"root":          {[]Entry{{Name: ".", Kind: Dir}}, []string{"clean path"}},
		"empty":         {[]Entry{{}}, []string{"clean path"}},
		"nul":           {[]Entry{{Name: "a\x00b"}}, []string{"clean path"}},
		"not UTF-8":     {[]Entry{{Name: "a\xff"}}, []string{"clean path"}},
		"mode":          {[]Entry{{Name: "a", Mode: fs.ModeDevice}}, []string{"mode"}},
		"owner":         {[]Entry{{Name: "a", UID: -1}}, []string{"negative"}},
		"device":        {[]Entry{{Name: "a", Kind: Other}}, []string{"special file"}},
		"two contents":  {[]Entry{{Name: "a", Data: []byte("x"), Blob: one, Size: 1}}, []string{"both"}},
		"bad digest":    {[]Entry{{Name: "a", Blob: "sha256:../../etc", Size: 1}}, []string{"blob"}},
		"bad size":      {[]Entry{{Name: "a", Blob: one, Size: -1}}, []string{"-1"}},
		"dir content":   {[]Entry{{Name: "a", Kind: Dir, Data: []byte("x")}}, []string{"no content"}},
		"empty symlink": {[]Entry{{Name: "a", Kind: Symlink}}, []string{"symlink"}},
		"link outside":  {[]Entry{{Name: "a", Kind: Hardlink, Link: "../b"}}, []string{"hard link", "clean"}},
		"link to link": {[]Entry{{Name: "a", Kind: Hardlink, Link: "b"}, {Name: "b", Kind: Hardlink, Link: "c"}},
			[]string{`"a"`, `"b"`}},
		"file above": {[]Entry{{Name: "a"}, {Name: "a/b/c"}}, []string{`"a/b/c"`, `"a"`, "file"}},
		"link above": {[]Entry{{Name: "a", Kind: Symlink, Link: "/"}, {Name: "a/b"}}, []string{"symlink"}},
		"content differs": {[]Entry{{Name: "a", Blob: one, Size: 1}, {Name: "a", Blob: two, Size: 1}},
			[]string{`"a"`, "twice", one.String(), two.String()}},
		"mode differs":  {[]Entry{{Name: "a", Mode: 0o644}, {Name: "a", Mode: 0o755}}, []string{"modes"}},
		"kind differs":  {[]Entry{{Name: "a"}, {Name: "a", Kind: Dir}}, []string{"file", "directory"}},
		"owner differs": {[]Entry{{Name: "a"}, {Name: "a", GID: 1}}, []string{"0:1"}},
		"time differs":  {[]Entry{{Name: "a"}, {Name: "a", ModTime: time.Unix(1, 0)}}, []string{"times"}},
		"too large": {[]Entry{{Name: "a", Blob: one, Size: 1 << 62}, {Name: "b", Blob: two, Size: 1 << 62}},
			[]string{`"b"`, "2^63"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := New(test.entries)
			wantError(t, err, test.want...)
		})
	}
}
