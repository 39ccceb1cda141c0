package layer

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"
)

func TestReaderPassesIotest(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := mustNew(t, sample(m)...)
	reader := r.Open(m)
	if err := iotest.TestReader(reader, tarOf(t, r, m)); err != nil {
		t.Error(err)
	}
	if err := reader.Close(); err != nil || m.open != 0 {
		t.Errorf("close: %v, %d blobs left open", err, m.open)
	}
	if m.most > 2 { // ReadAt has a reader of its own
		t.Errorf("%d blobs were open at a time", m.most)
	}
}

func TestEveryOffset(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := mustNew(t, m.file("a", strings.Repeat("0123456789", 70)), m.file("b", "b"), Entry{Name: "c", Data: []byte("c")})
	all := tarOf(t, r, m)
	reader := r.Open(m)
	defer reader.Close()
	for off := range len(all) + 1 {
		if _, err := reader.Seek(int64(off), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		part := rand.IntN(len(all) - off + 1)
		if _, err := io.CopyN(&b, reader, int64(part)); err != nil {
			t.Fatal(err)
		}
		if _, err := reader.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), all[off:]) {
			t.Fatalf("from offset %d, after reading %d: other bytes", off, part)
		}
	}
}

func TestSeek(t *testing.T) {
	t.Parallel()
	m := &memory{}
	reader := mustNew(t, m.file("a", "a")).Open(m)
	size := reader.Size()
	for _, test := range []struct {
		offset int64
		whence int
		want   int64
	}{{5, io.SeekStart, 5}, {5, io.SeekCurrent, 10}, {-1, io.SeekEnd, size - 1}, {7, io.SeekEnd, size + 7}} {
		if got, err := reader.Seek(test.offset, test.whence); got != test.want || err != nil {
			t.Errorf("Seek(%d, %d) = %d, %v; want %d", test.offset, test.whence, got, err, test.want)
		}
	}
	if n, err := reader.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read behind the end: %d, %v", n, err)
	}
	if _, err := reader.Seek(-1, io.SeekStart); err == nil {
		t.Error("seek before the start: no error")
	}
	if _, err := reader.Seek(0, 9); err == nil {
		t.Error("seek from nowhere: no error")
	}
	if m.opens != 0 {
		t.Errorf("seeking opened %d blobs", m.opens)
	}
}

func TestClosedReader(t *testing.T) {
	t.Parallel()
	m := &memory{}
	reader := mustNew(t, m.file("a", "a")).Open(m)
	reader.Close()
	if _, err := reader.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Read: %v", err)
	}
	if _, err := reader.WriteTo(io.Discard); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("WriteTo: %v", err)
	}
}

func TestMissingAndWrongBlobs(t *testing.T) {
	t.Parallel()
	m := &memory{}
	e := m.file("a", "hello")
	r := mustNew(t, e)
	check := func(name string, blobs Opener, want error, text string) {
		t.Helper()
		for how, read := range map[string]func(*Reader) error{
			"WriteTo": func(r *Reader) error { _, err := r.WriteTo(io.Discard); return err },
			"Read":    func(r *Reader) error { _, err := io.Copy(io.Discard, struct{ io.Reader }{r}); return err },
		} {
			reader := r.Open(blobs)
			err := read(reader)
			if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
			reader.Close()
		}
	}
	check("missing", &memory{}, nil, e.Blob.String())
	m.blobs[e.Blob] = []byte("hell")
	check("short", m, ErrSize, "4 bytes, want 5")
	m.blobs[e.Blob] = []byte("hello!")
	check("long", m, ErrSize, "6 bytes, want 5")
	check("shrinks while it is read", liar{m}, ErrSize, "4 bytes, want 5")
	if m.open != 0 {
		t.Errorf("%d blobs left open", m.open)
	}
}

// liar says that blobs are 5 bytes long and gives 4.
type liar struct{ m *memory }

type lie struct{ memoryBlob }

func (lie) Size() int64 { return 5 }

func (l liar) Open(_ digest.Digest) (Blob, error) {
	l.m.open++
	return lie{memoryBlob{bytes.NewReader([]byte("hell")), l.m}}, nil
}

// fileSpy notes whether it was given a file to read from, as a TCP connection is.
type fileSpy struct {
	bytes.Buffer
	files int
}

func (s *fileSpy) ReadFrom(r io.Reader) (int64, error) {
	if l, ok := r.(*io.LimitedReader); ok {
		if _, ok := l.R.(*os.File); ok {
			s.files++
		}
	}
	return s.Buffer.ReadFrom(r)
}

func TestWriteToHandsOverFiles(t *testing.T) {
	t.Parallel()
	d := directory(t.TempDir())
	inner := mustNew(t, d.file(t, "in/x", "xxx"), d.file(t, "in/y", "yyyy"))
	n := &nesting{directory: d, r: inner}
	r := mustNew(t, d.file(t, "a", "aaa"), Entry{Name: "b", Mode: 0o644, Blob: n.digest(t), Size: inner.Size()}, d.file(t, "c", "ccc"))
	reader := r.Open(n)
	defer reader.Close()
	spy := &fileSpy{}
	if _, err := reader.Seek(513, io.SeekStart); err != nil { // within a
		t.Fatal(err)
	}
	if _, err := reader.WriteTo(spy); err != nil {
		t.Fatal(err)
	}
	if spy.files != 4 { // a, c, and those of the nested layer
		t.Errorf("%d files were handed over, want 4", spy.files)
	}
	if want := tarOf(t, r, n)[513:]; !bytes.Equal(want, spy.Bytes()) {
		t.Error("other bytes")
	}
}

func TestServedOverHTTP(t *testing.T) {
	t.Parallel()
	d := directory(t.TempDir())
	r := mustNew(t, d.file(t, "a", strings.Repeat("a", 1<<20)), d.file(t, "b", "b"))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reader := r.Open(d)
		defer reader.Close()
		if _, err := io.Copy(w, reader); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, tarOf(t, r, d)) {
		t.Errorf("other bytes: %v", err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	m := &memory{}
	reader := mustNew(t, m.file("a", "a")).Open(m)
	if n, err := reader.Read(nil); n != 0 || err != nil {
		t.Errorf("empty read: %d, %v", n, err)
	}
	if n, err := reader.ReadAt(make([]byte, 10), reader.Size()-4); n != 4 || !errors.Is(err, io.EOF) {
		t.Errorf("ReadAt over the end: %d, %v", n, err)
	}
	if _, err := reader.ReadAt(make([]byte, 10), -1); err == nil {
		t.Error("ReadAt before the start: no error")
	}
}
