package layer

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

func encoded(t testing.TB, r *Recipe) []byte {
	t.Helper()
	var b bytes.Buffer
	if n, err := r.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Fatalf("WriteTo: %d bytes of %d, %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func TestEncodeDecode(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := mustNew(t, sample(m)...)
	path := filepath.Join(t.TempDir(), "recipe")
	if err := os.WriteFile(path, encoded(t, r), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Verify(); err != nil {
		t.Error(err)
	}
	if again.Digest() != r.Digest() || again.Size() != r.Size() {
		t.Errorf("digest %s, size %d; want %s, %d", again.Digest(), again.Size(), r.Digest(), r.Size())
	}
	if diff := cmp.Diff(r.Blobs(), again.Blobs()); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(tarOf(t, r, m), tarOf(t, again, m)) {
		t.Error("other bytes")
	}
	if !bytes.Equal(encoded(t, r), encoded(t, again)) {
		t.Error("encoded differently the second time")
	}
}

// TestEveryBitCounts flips every byte: Decode or Verify must notice.
func TestEveryBitCounts(t *testing.T) {
	t.Parallel()
	m := &memory{}
	r := mustNew(t, m.file("a", "aaa"), Entry{Name: "b", Data: []byte("b")})
	good := encoded(t, r)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		d, err := Decode(bytes.NewReader(bad), int64(len(bad)))
		if err == nil && d.Digest() == r.Digest() {
			err = d.Verify()
		}
		if err == nil && d.Digest() == r.Digest() {
			t.Fatalf("byte %d (%q) may be changed", i, good[i])
		}
	}
	for i := range good {
		if _, err := Decode(bytes.NewReader(good[:i]), int64(i)); !errors.Is(err, ErrInvalid) {
			t.Fatalf("first %d bytes: %v", i, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	sum := digest.FromString("").String()
	for name, index := range map[string]string{
		"no literals":     "l 5\n",
		"nothing":         "",
		"bad sum":         "literals sha256:00 0\n",
		"negative":        "literals " + sum + " -1\n",
		"blob of path":    "literals " + sum + " 0\nb sha256:../../../etc/passwd 4\n",
		"blob without":    "literals " + sum + " 0\nb " + sum + "\n",
		"empty blob":      "literals " + sum + " 0\nb " + sum + " 0\n",
		"overflow":        "literals " + sum + " 0\nb " + sum + " 9223372036854775807\nb " + sum + " 1\n",
		"octal":           "literals " + sum + " 0\nb " + sum + " 010\n",
		"plus":            "literals " + sum + " 0\nb " + sum + " +10\n",
		"unknown":         "literals " + sum + " 0\nx 5\n",
		"more literals":   "literals " + sum + " 0\nl 5\n",
		"literals twice":  "literals " + sum + " 0\nliterals " + sum + " 0\n",
		"no end of line":  "literals " + sum + " 0",
		"empty line":      "literals " + sum + " 0\n\n",
		"carriage return": "literals " + sum + " 0\r\n",
	} {
		data := fmt.Sprintf("%s%d\n%s", magic, len(index), index)
		if _, err := Decode(strings.NewReader(data), int64(len(data))); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, head := range []string{"", "\n", "x", "opc-layer-recipe 2 0\n", magic + "99999999999\n", strings.Repeat("x", 9000)} {
		if _, err := Decode(strings.NewReader(head), int64(len(head))); !errors.Is(err, ErrInvalid) {
			t.Errorf("%.30q: %v", head, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	m := &memory{}
	f.Add(encoded(f, mustNew(f, sample(m)...)))
	f.Add(encoded(f, mustNew(f)))
	f.Add([]byte(magic + "0\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if !bytes.Equal(data, encoded(t, r)) {
			t.Error("a recipe has two encodings")
		}
		var end int64
		for _, b := range r.Blobs() {
			if b.Offset < end || b.Size <= 0 || b.Digest.Validate() != nil {
				t.Errorf("blob %+v after offset %d", b, end)
			}
			end = b.Offset + b.Size
		}
		if end > r.Size() {
			t.Errorf("blobs end at %d, the tar at %d", end, r.Size())
		}
		reader := r.Open(m)
		defer reader.Close()
		_, _ = reader.Read(make([]byte, 10)) // must not panic
	})
}
