package serve_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/serve"
	"github.com/opc-source/opc-image/pkg/store"
)

// BenchmarkServe pulls a layer of 256 MiB, made from a recipe over blobs of the
// store, over loopback, and reports the memory in use after it.
func BenchmarkServe(b *testing.B) {
	s, err := store.Open(filepath.Join(b.TempDir(), "store"), store.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	desc := bigLayer(b, s, 256<<20)
	put := func(mediaType string, v any) ocispec.Descriptor {
		data, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		dgst, err := s.Put(b.Context(), data)
		if err != nil {
			b.Fatal(err)
		}
		return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}
	}
	manifest := put(ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: put(ocispec.MediaTypeImageConfig, ocispec.Image{}), Layers: []ocispec.Descriptor{desc},
	})
	if err := s.Tag(b.Context(), "reg.example/big:1", manifest); err != nil {
		b.Fatal(err)
	}
	server, _ := run(b, serve.New(s, serve.Options{}), serve.ListenOptions{})
	b.SetBytes(desc.Size)
	for b.Loop() {
		resp, err := http.Get(server.URL() + "/v2/big/blobs/" + desc.Digest.String())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	b.ReportMetric(float64(mem.HeapAlloc)/(1<<20), "MiB-heap")
}

// bigLayer stores a layer of eight blobs, together so many bytes.
func bigLayer(b *testing.B, s *store.Store, size int) ocispec.Descriptor {
	b.Helper()
	var entries []layer.Entry
	for i := range 8 {
		file := filepath.Join(b.TempDir(), "blob")
		data := make([]byte, size/8)
		data[0] = byte(i)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			b.Fatal(err)
		}
		dgst, n, err := s.PutFile(b.Context(), file)
		if err != nil {
			b.Fatal(err)
		}
		entries = append(entries, layer.Entry{Name: string('a' + rune(i)), Blob: dgst, Size: n})
	}
	recipe, err := layer.New(entries)
	if err != nil {
		b.Fatal(err)
	}
	desc, err := s.PutLayer(b.Context(), recipe, nil)
	if err != nil {
		b.Fatal(err)
	}
	return desc
}
