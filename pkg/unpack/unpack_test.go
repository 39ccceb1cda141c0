package unpack

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

func plainTar(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		h.Size = int64(len(h.Name))
		if h.Typeflag != tar.TypeReg {
			h.Size = 0
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			io.WriteString(w, h.Name)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sample(t *testing.T) []byte {
	return plainTar(t,
		tar.Header{Name: "./", Typeflag: tar.TypeDir, Mode: 0o700, Uid: 1, Gid: 2},
		tar.Header{Name: "./bin/", Typeflag: tar.TypeDir, Mode: 0o755},
		tar.Header{Name: "./bin/tool", Typeflag: tar.TypeReg, Mode: 0o755, Uid: maxOwner, Gid: 3},
		tar.Header{Name: "bin/alias", Typeflag: tar.TypeSymlink, Linkname: "tool", Mode: 0o777},
		tar.Header{Name: "README", Typeflag: tar.TypeReg, Mode: 0o644},
	)
}

func compressed(t *testing.T, data []byte, create func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := create(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func formats(t *testing.T) map[string][]byte {
	var z bytes.Buffer
	zw := zip.NewWriter(&z)
	for _, name := range []string{"bin/tool", "README"} {
		f, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, name)
	}
	zw.Close()
	return map[string][]byte{
		"tar":     sample(t),
		"tar.gz":  compressed(t, sample(t), func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }),
		"tar.zst": compressed(t, sample(t), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
		"tar.xz":  compressed(t, sample(t), func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }),
		"zip":     z.Bytes(),
	}
}

func TestOpen(t *testing.T) {
	for name, data := range formats(t) {
		t.Run(name, func(t *testing.T) {
			for _, member := range []string{"bin/tool", "README"} {
				r, err := Open(bytes.NewReader(data), int64(len(data)), "/"+member)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil {
					t.Fatal(err)
				}
				want := strings.TrimPrefix(member, "./")
				if !strings.HasSuffix(string(got), want) {
					t.Errorf("content of %s is %q", member, got)
				}
				r.Close()
			}
			r, _ := Open(bytes.NewReader(data), int64(len(data)), "missing")
			if _, err := io.ReadAll(r); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("missing member: %v, want fs.ErrNotExist", err)
			}
			if !IsArchive(data[:min(512, len(data))]) {
				t.Error("not recognised as an archive")
			}
		})
	}
}

func TestWalk(t *testing.T) {
	data := sample(t)
	var got []Entry
	err := Walk(bytes.NewReader(data), int64(len(data)), func(e Entry, _ io.Reader) error {
		got = append(got, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Name: ".", Mode: fs.ModeDir | 0o700, UID: 1, GID: 2},
		{Name: "bin", Mode: fs.ModeDir | 0o755},
		{Name: "bin/tool", Mode: 0o755, UID: maxOwner, GID: 3, Size: 10},
		{Name: "bin/alias", Mode: fs.ModeSymlink | 0o777, Link: "tool"},
		{Name: "README", Mode: 0o644, Size: 6},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestHostile(t *testing.T) {
	for name, tc := range map[string]struct {
		data []byte
		want string
	}{
		"parent":   {plainTar(t, tar.Header{Name: "../etc/passwd", Typeflag: tar.TypeReg}), "leaves the archive"},
		"absolute": {plainTar(t, tar.Header{Name: "/etc/passwd", Typeflag: tar.TypeReg}), "leaves the archive"},
		"owner":    {plainTar(t, tar.Header{Name: "a", Typeflag: tar.TypeReg, Uid: maxOwner + 1}), "has the owner 4294967295:0, which no Linux has"},
		"group":    {plainTar(t, tar.Header{Name: "a", Typeflag: tar.TypeReg, Gid: -1}), "has the owner 0:-1"},
		"device":   {plainTar(t, tar.Header{Name: "null", Typeflag: tar.TypeChar}), "neither file, directory nor link"},
		"text":     {[]byte("just some text"), "not an archive"},
		"empty":    {nil, "not an archive"},
		"short":    {sample(t)[:700], "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Walk(bytes.NewReader(tc.data), int64(len(tc.data)), func(Entry, io.Reader) error { return nil })
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func FuzzWalk(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Add(make([]byte, 1024))
	f.Fuzz(func(t *testing.T, data []byte) {
		Walk(bytes.NewReader(data), int64(len(data)), func(e Entry, _ io.Reader) error {
			if !fs.ValidPath(e.Name) {
				t.Errorf("name %q", e.Name)
			}
			return nil
		})
	})
}
