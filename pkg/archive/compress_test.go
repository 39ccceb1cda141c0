package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// TestBomb decompresses 64 MiB of zeros out of a few KiB.
func TestBomb(t *testing.T) {
	t.Parallel()
	for name, writer := range map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
	} {
		var packed bytes.Buffer
		w := writer(&packed)
		for range 64 {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		plain, err := decompress(bufio.NewReader(bytes.NewReader(packed.Bytes())))
		if err != nil {
			t.Fatal(err)
		}
		plain.(*bounded).free = 1 << 20
		n, err := io.Copy(io.Discard, plain)
		if err == nil || !strings.Contains(err.Error(), "made to fill a disk") {
			t.Errorf("%s: %v after %d bytes", name, err, n)
		}
		if limit := int64(1<<20 + maxRatio*packed.Len()); n > limit {
			t.Errorf("%s: %d bytes came out, the bound is %d", name, n, limit)
		}
	}
}

// TestWindow refuses a frame that asks for more memory than allowed.
func TestWindow(t *testing.T) {
	t.Parallel()
	// A frame header with a window of 2 GiB.
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0}
	plain, err := decompress(bufio.NewReader(bytes.NewReader(frame)))
	if err == nil {
		_, err = io.ReadAll(plain)
	}
	if err == nil || !strings.Contains(err.Error(), "window size") {
		t.Errorf("error = %v", err)
	}
}

// FuzzReadTar reads anything as an archive, up to where the store comes in.
func FuzzReadTar(f *testing.F) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, data := range map[string]string{
		"oci-layout": `{"imageLayoutVersion":"1.0.0"}`,
		"index.json": `{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"annotations":{"org.opencontainers.image.ref.name":"a/b:1"}}]}`,
		"blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a": "{}",
	} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data))}); err != nil {
			f.Fatal(err)
		}
		if _, err := io.WriteString(w, data); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := readTar(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for name, member := range l.members {
			if member.order+member.size > int64(len(data)) {
				t.Fatalf("%q ends after the file", name)
			}
		}
		marker, err := readFile(l, "oci-layout")
		if err != nil {
			return
		}
		index, err := readFile(l, "index.json")
		if err != nil {
			return
		}
		found, err := images(marker, index, "")
		if err != nil {
			return
		}
		_, _ = walk(t.Context(), readBlob(l), descriptors(found)...)
	})
}
