package layer

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// corpus is 64 files of 1 MiB on disk, as a recipe.
func corpus(b *testing.B) (directory, *Recipe) {
	b.Helper()
	d := directory(b.TempDir())
	var entries []Entry
	for i := range 64 {
		entries = append(entries, d.file(b, "f"+strconv.Itoa(i), strings.Repeat(strconv.Itoa(i%10), 1<<20)))
	}
	return d, mustNew(b, entries...)
}

// BenchmarkHashRecipe is to be compared with BenchmarkHashFile.
func BenchmarkHashRecipe(b *testing.B) {
	d, r := corpus(b)
	b.SetBytes(r.Size())
	for b.Loop() {
		reader := r.Open(d)
		if _, err := reader.WriteTo(struct{ io.Writer }{sha256.New()}); err != nil {
			b.Fatal(err)
		}
		reader.Close()
	}
}

// BenchmarkHashFile hashes the same bytes from one file.
func BenchmarkHashFile(b *testing.B) {
	d, r := corpus(b)
	path := filepath.Join(b.TempDir(), "tar")
	if err := os.WriteFile(path, tarOf(b, r, d), 0o600); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 256<<10)
	b.SetBytes(r.Size())
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{sha256.New()}, struct{ io.Reader }{f}, buf); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

// BenchmarkNew makes a recipe of 10,000 blobs.
func BenchmarkNew(b *testing.B) {
	var entries []Entry
	for i := range 10000 {
		entries = append(entries, sized("registry/blobs/"+strconv.Itoa(i%256)+"/"+strconv.Itoa(i)+"/data", 1000))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(entries); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPack packs 10,000 blobs of 40 owners.
func BenchmarkPack(b *testing.B) {
	groups := make([]Group, 40)
	for i := range groups {
		groups[i].Name = "c" + strconv.Itoa(i)
		for j := range 250 {
			groups[i].Entries = append(groups[i].Entries, sized("registry/"+strconv.Itoa(i)+"/"+strconv.Itoa(j), 1<<20))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Pack(groups, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
