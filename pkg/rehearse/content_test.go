package rehearse

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"hash/crc32"
	"io"
	"testing"
	"testing/iotest"
)

// TestStreamIsAESCTR compares with the cipher run from the start.
func TestStreamIsAESCTR(t *testing.T) {
	t.Parallel()
	s, err := newStream("seed")
	if err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256([]byte("seed"))
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		t.Fatal(err)
	}
	want := make([]byte, 1000)
	cipher.NewCTR(block, make([]byte, 16)).XORKeyStream(want, want)
	for off := range 100 {
		got := bytes.Repeat([]byte{7}, 50) // what was in the buffer must not matter
		if n, err := s.ReadAt(got, int64(off)); n != 50 || err != nil {
			t.Fatalf("offset %d: %d, %v", off, n, err)
		}
		if !bytes.Equal(got, want[off:off+50]) {
			t.Fatalf("offset %d: other bytes than the whole stream has there", off)
		}
	}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	s := sequence{newLiteral([]byte("ab")), newLiteral(nil), newLiteral([]byte("cde")), newLiteral([]byte("f"))}
	if err := iotest.TestReader(io.NewSectionReader(s, 0, s.Size()), []byte("abcdef")); err != nil {
		t.Error(err)
	}
}

// TestGzip reads what is written around contents of awkward lengths with the
// standard library, and at every offset.
func TestGzip(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, storedMax - 1, storedMax, storedMax + 1, 3*storedMax + 17} {
		raw := make([]byte, size)
		s, err := newStream("gzip")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReadAt(raw, 0); err != nil {
			t.Fatal(err)
		}
		z := gzipped{newLiteral(raw), crc32.ChecksumIEEE(raw)}
		whole, err := io.ReadAll(io.NewSectionReader(z, 0, z.Size()))
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(whole)) != z.Size() {
			t.Errorf("size %d: wrote %d, announced %d", size, len(whole), z.Size())
		}
		r, err := gzip.NewReader(bytes.NewReader(whole))
		if err != nil {
			t.Fatalf("size %d: %v", size, err)
		}
		back, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(back, raw) {
			t.Errorf("size %d does not come back: %v", size, err)
		}
		checkOffsets(t, z, whole)
	}
}

// checkOffsets reads around every seam of a gzip stream.
func checkOffsets(t *testing.T, z gzipped, whole []byte) {
	t.Helper()
	seams := []int{0, len(gzipHead), len(whole) - gzipTail, len(whole)}
	for at := len(gzipHead); at < len(whole); at += storedHead + storedMax {
		seams = append(seams, at, at+storedHead)
	}
	for _, seam := range seams {
		for off := max(0, seam-7); off < min(seam+7, len(whole)); off++ {
			got := make([]byte, min(12, len(whole)-off))
			if _, err := z.ReadAt(got, int64(off)); err != nil {
				t.Fatalf("offset %d: %v", off, err)
			}
			if !bytes.Equal(got, whole[off:off+len(got)]) {
				t.Fatalf("offset %d: other bytes than the whole has there", off)
			}
		}
	}
	if n, err := z.ReadAt(make([]byte, 1), z.Size()); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v; want io.EOF", n, err)
	}
}

func TestLayerIsATar(t *testing.T) {
	t.Parallel()
	l, err := newLayer("some layer", 100_001)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.once(); err != nil {
		t.Fatal(err)
	}
	zr, err := gzip.NewReader(io.NewSectionReader(l.zip, 0, l.zip.Size()))
	if err != nil {
		t.Fatal(err)
	}
	tr := tar.NewReader(zr)
	sizes := map[string]int64{}
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if sizes[h.Name], err = io.Copy(io.Discard, tr); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.Copy(io.Discard, zr); err != nil {
		t.Fatalf("checksum: %v", err)
	}
	if len(sizes) != 2 || sizes[NoteFile] != int64(len(note("some layer"))) {
		t.Errorf("unexpected files: %v", sizes)
	}
}

// BenchmarkLayer reads a layer the way the server does.
func BenchmarkLayer(b *testing.B) {
	l, err := newLayer("bench", 64<<20)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(l.zip.Size())
	for b.Loop() {
		if _, err := io.CopyBuffer(io.Discard, bare{io.NewSectionReader(l.zip, 0, l.zip.Size())}, make([]byte, 32<<10)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMeasure finds the digests of a layer.
func BenchmarkMeasure(b *testing.B) {
	l, err := newLayer("bench", 64<<20)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(l.zip.Size())
	for b.Loop() {
		if err := l.measure(); err != nil {
			b.Fatal(err)
		}
	}
}
