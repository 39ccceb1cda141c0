package layer

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func members(r io.ReadSeeker) ([]Member, error) {
	var all []Member
	for m, err := range List(r) {
		if err != nil {
			return all, err
		}
		all = append(all, m)
	}
	return all, nil
}

// TestListGivesTheEntriesBack holds New and List against each other.
func TestListGivesTheEntriesBack(t *testing.T) {
	t.Parallel()
	m := &memory{}
	tree := tree{}
	for _, e := range sample(m) {
		tree[e.Name] = &e
	}
	if err := tree.addParents(); err != nil {
		t.Fatal(err)
	}
	want := values(tree.sorted())
	r := mustNew(t, want...)
	all := tarOf(t, r, m)
	reader := r.Open(m)
	defer reader.Close()
	found, err := members(reader)
	if err != nil {
		t.Fatal(err)
	}
	var got []Entry
	for i, member := range found {
		e := want[i]
		if content := string(all[member.Offset : member.Offset+member.Size]); e.Blob != "" && content != string(m.blobs[e.Blob]) {
			t.Errorf("%s is not at offset %d", e.Name, member.Offset)
		}
		member.Blob, member.Data = e.Blob, e.Data
		got = append(got, member.Entry)
	}
	for i := range want { // as they are written
		e := &want[i]
		e.Mode, e.Size = e.mode(), e.size()
		if !e.ModTime.IsZero() {
			e.ModTime = e.modTime()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// counting counts the bytes read.
type counting struct {
	*Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func TestListSeeksOverContent(t *testing.T) {
	t.Parallel()
	m := &memory{}
	var entries []Entry
	for i := range 10 {
		entries = append(entries, m.file(string(rune('a'+i)), strings.Repeat(string(rune('a'+i)), 1<<20)))
	}
	c := &counting{Reader: mustNew(t, entries...).Open(m)}
	defer c.Close()
	found, err := members(c)
	if err != nil || len(found) != 10 {
		t.Fatalf("%d members, %v", len(found), err)
	}
	if c.n > 20<<10 {
		t.Errorf("read %d bytes of a tar of %d", c.n, c.Size())
	}
}

func makeTar(t testing.TB, headers ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, h.Size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestListOfOtherTools(t *testing.T) {
	t.Parallel()
	data := makeTar(t,
		&tar.Header{Name: "./", Typeflag: tar.TypeDir, Mode: 0o755},
		&tar.Header{Name: "./a/", Typeflag: tar.TypeDir, Mode: 0o4755},
		&tar.Header{Name: "/a/null", Typeflag: tar.TypeChar, Mode: 0o666},
		&tar.Header{Name: "a/f", Size: 3, Mode: 0o644, ModTime: time.Unix(9, 0)},
		&tar.Header{Name: "a/g", Typeflag: tar.TypeLink, Linkname: "./a/f"},
	)
	found, err := members(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range found {
		got = append(got, m.Kind.String()+" "+m.Name+" "+m.Link)
	}
	want := []string{"directory a ", "special file a/null ", "file a/f ", "hard link a/g a/f"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestListRefusesHostileTars(t *testing.T) {
	t.Parallel()
	long := makeTar(t, &tar.Header{Name: "a", Size: 3000})
	sparse := makeTar(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg, Format: tar.FormatPAX,
		PAXRecords: map[string]string{"ABC.sparse.x": "y"}})
	sparse = bytes.ReplaceAll(sparse, []byte("ABC.sparse."), []byte("GNU.sparse."))
	for name, data := range map[string][]byte{
		"name above the root": makeTar(t, &tar.Header{Name: "a/../../etc/passwd"}),
		"link above the root": makeTar(t, &tar.Header{Name: "a", Typeflag: tar.TypeLink, Linkname: "../x"}),
		"sparse":              sparse,
		"not a tar":           bytes.Repeat([]byte("x"), 2048),
		"cut in a header":     long[:300],
		"cut in content":      long[:1500],
	} {
		if _, err := members(bytes.NewReader(data)); !errors.Is(err, ErrTar) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListStopsWhenAsked(t *testing.T) {
	t.Parallel()
	data := makeTar(t, &tar.Header{Name: "a"}, &tar.Header{Name: "b"})
	for m := range List(bytes.NewReader(data)) {
		if m.Name != "a" {
			t.Errorf("went on to %s", m.Name)
		}
		break
	}
}

// bomb is a tar of empty files without an end.
type bomb struct {
	header []byte
	pos    int64
}

func (b *bomb) Read(p []byte) (int, error) {
	n := copy(p, b.header[b.pos%block:])
	b.pos += int64(n)
	return n, nil
}

func (b *bomb) Seek(off int64, _ int) (int64, error) { b.pos += off; return b.pos, nil }

func TestListIsBounded(t *testing.T) {
	t.Parallel()
	b := &bomb{header: makeTar(t, &tar.Header{Name: "a"})[:block]}
	n := 0
	for _, err := range list(b, 1000) {
		if n++; err != nil {
			wantError(t, err, "more than 1000 entries")
		}
	}
	if n != 1001 {
		t.Errorf("%d members", n)
	}
}

func FuzzList(f *testing.F) {
	m := &memory{}
	f.Add(tarOf(f, mustNew(f, sample(m)...), m))
	f.Add(makeTar(f, &tar.Header{Name: "../a", Size: 5}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for m, err := range List(bytes.NewReader(data)) {
			if err != nil {
				break
			}
			if checkName(m.Name) != nil && utf8.ValidString(m.Name) {
				t.Errorf("name %q", m.Name)
			}
			if m.Offset < 0 || m.Size < 0 || m.Offset > int64(len(data)) {
				t.Errorf("%d bytes at %d", m.Size, m.Offset)
			}
		}
	})
}
