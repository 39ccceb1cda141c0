package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
)

// BenchmarkIngest takes in blobs of 1 MiB. Compare with BenchmarkHash: the rest
// is the disk's.
func BenchmarkIngest(b *testing.B) {
	s := mustOpen(b, b.TempDir())
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	var n uint64
	for b.Loop() {
		n++
		binary.LittleEndian.PutUint64(data, n)
		b.StopTimer()
		dgst := digest.FromBytes(data)
		b.StartTimer()
		in, err := s.Ingest(b.Context(), dgst, int64(len(data)))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(in, bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
		if err := in.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHash is one SHA-256 of 1 MiB.
func BenchmarkHash(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sha256.Sum256(data)
	}
}

// many is a store of 5,000 blobs, and a recipe of all of them.
func many(b *testing.B) (*Store, *layer.Recipe) {
	b.Helper()
	s := mustOpen(b, b.TempDir())
	entries := make([]layer.Entry, 5000)
	for i := range entries {
		content := binary.LittleEndian.AppendUint64(nil, uint64(i))
		d := mustPut(b, s, string(content))
		entries[i] = layer.Entry{Name: d.Digest.Encoded(), Mode: 0o644, Blob: d.Digest, Size: d.Size}
	}
	r, err := layer.New(entries)
	if err != nil {
		b.Fatal(err)
	}
	return s, r
}

// BenchmarkOpen opens a store of 5,000 blobs.
func BenchmarkOpen(b *testing.B) {
	s, _ := many(b)
	for b.Loop() {
		again, err := Open(s.Dir(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		again.Close()
	}
}

// BenchmarkSameLayer puts a layer of 5,000 blobs that is known.
func BenchmarkSameLayer(b *testing.B) {
	s, r := many(b)
	for b.Loop() {
		if _, err := s.PutLayer(b.Context(), r, nil); err != nil {
			b.Fatal(err)
		}
	}
}
