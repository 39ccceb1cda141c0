package layer

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// memory is an Opener over byte slices that counts open blobs.
type memory struct {
	blobs map[digest.Digest][]byte
	open  int
	most  int
	opens int
}

type memoryBlob struct {
	*bytes.Reader
	m *memory
}

func (b memoryBlob) Close() error { b.m.open--; return nil }

func (m *memory) put(content string) (digest.Digest, int64) {
	if m.blobs == nil {
		m.blobs = map[digest.Digest][]byte{}
	}
	dgst := digest.FromString(content)
	m.blobs[dgst] = []byte(content)
	return dgst, int64(len(content))
}

// file puts content and returns an entry for it.
func (m *memory) file(name, content string) Entry {
	dgst, size := m.put(content)
	return Entry{Name: name, Mode: 0o644, Blob: dgst, Size: size}
}

func (m *memory) Open(dgst digest.Digest) (Blob, error) {
	data, ok := m.blobs[dgst]
	if !ok {
		return nil, fmt.Errorf("no blob %s", dgst)
	}
	m.open++
	m.opens++
	m.most = max(m.most, m.open)
	return memoryBlob{bytes.NewReader(data), m}, nil
}

// directory is an Opener over files, as a store is.
type directory string

type fileBlob struct {
	f    *os.File
	size int64
}

func (b fileBlob) Read(p []byte) (int, error)              { return b.f.Read(p) }
func (b fileBlob) Seek(o int64, w int) (int64, error)      { return b.f.Seek(o, w) }
func (b fileBlob) ReadAt(p []byte, off int64) (int, error) { return b.f.ReadAt(p, off) }
func (b fileBlob) WriteTo(w io.Writer) (int64, error)      { return b.f.WriteTo(w) }
func (b fileBlob) Close() error                            { return b.f.Close() }
func (b fileBlob) Size() int64                             { return b.size }
func (b fileBlob) File() *os.File                          { return b.f }

func (d directory) Open(dgst digest.Digest) (Blob, error) {
	f, err := os.Open(filepath.Join(string(d), dgst.Encoded()))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	return fileBlob{f, info.Size()}, err
}

func (d directory) file(t testing.TB, name, content string) Entry {
	t.Helper()
	dgst := digest.FromString(content)
	if err := os.WriteFile(filepath.Join(string(d), dgst.Encoded()), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return Entry{Name: name, Mode: 0o644, Blob: dgst, Size: int64(len(content))}
}

func mustNew(t testing.TB, entries ...Entry) *Recipe {
	t.Helper()
	r, err := New(entries)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tarOf is all bytes of the layer.
func tarOf(t testing.TB, r *Recipe, blobs Opener) []byte {
	t.Helper()
	reader := r.Open(blobs)
	defer reader.Close()
	var b bytes.Buffer
	if _, err := reader.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if int64(b.Len()) != r.Size() {
		t.Fatalf("tar has %d bytes, Size says %d", b.Len(), r.Size())
	}
	return b.Bytes()
}

// wantError fails unless err contains all of the texts.
func wantError(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q does not contain %q", err, text)
		}
	}
}

// values copies entries.
func values(entries []*Entry) []Entry {
	var list []Entry
	for _, e := range entries {
		list = append(list, *e)
	}
	return list
}
