package source

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// The corpus: blobs of zeros, each of another length, so that it takes no disk.
// The server is a process of its own, so that only the client's CPU is counted.
const (
	benchBlobs = 200
	benchUnit  = 50_000 // bytes; blob i has i+1 of them: 1.0 GB together
)

func benchSize(i int) int64 { return int64(i+1) * benchUnit }

// TestBenchServer is not a test: benchmarks run it in another process.
func TestBenchServer(t *testing.T) {
	file := os.Getenv("OPC_BENCH_FILE")
	if file == "" {
		t.Skip("only for benchmarks")
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var size int64
		if _, err := fmt.Sscanf(r.URL.Query().Get("size"), "%d", &size); err != nil {
			name := filepath.Base(r.URL.Path)
			data, err := os.ReadFile(filepath.Join(filepath.Dir(file), name))
			if err == nil && strings.Contains(r.URL.Path, "/manifests/") {
				w.Header().Set("Docker-Content-Digest", digest.FromBytes(data).String())
				w.Header().Set("Content-Length", fmt.Sprint(len(data)))
				_, _ = w.Write(data)
				return
			}
			_, _ = fmt.Sscanf(string(data), "%d", &size)
		}
		f, err := os.Open(file)
		if err != nil {
			return
		}
		defer f.Close()
		w.Header().Set("Content-Length", fmt.Sprint(size))
		_, _ = io.CopyN(w, f, size)
	}))
	fmt.Println(srv.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark ends
	srv.Close()
}

// benchCorpus writes the manifest and starts the server.
func benchCorpus(b *testing.B) (host string, digests []digest.Digest, total int64) {
	b.Helper()
	dir := b.TempDir()
	file := filepath.Join(dir, "zeros")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.Truncate(file, benchSize(benchBlobs)); err != nil {
		b.Fatal(err)
	}
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: ocispec.DescriptorEmptyJSON}
	zeros := make([]byte, benchUnit)
	h := sha256.New()
	for i := range benchBlobs {
		h.Write(zeros)
		d := digest.NewDigest(digest.SHA256, h)
		digests = append(digests, d)
		total += benchSize(i)
		m.Layers = append(m.Layers, ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: d, Size: benchSize(i)})
		if err := os.WriteFile(filepath.Join(dir, d.String()), fmt.Append(nil, benchSize(i)), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	m.Config = m.Layers[0]
	data, _ := json.Marshal(m)
	for _, name := range []string{"1", digest.FromBytes(data).String()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestBenchServer$")
	cmd.Env = append(os.Environ(), "OPC_BENCH_FILE="+file)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "http://"), digests, total
}

// cpu is the time this process has computed.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func report(b *testing.B, began time.Duration, total int64) {
	b.SetBytes(total)
	b.ReportMetric((cpu()-began).Seconds()/float64(b.N)/(float64(total)/1e9), "cpu-s/GB")
}

// BenchmarkBare is the yardstick: GET, hash, write, the largest first.
func BenchmarkBare(b *testing.B) {
	host, digests, total := benchCorpus(b)
	began := cpu()
	for b.Loop() {
		dir := b.TempDir()
		work := make(chan digest.Digest)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				buf := make([]byte, 512<<10)
				for d := range work {
					bare(b, "http://"+host+"/v2/a/blobs/"+d.String(), filepath.Join(dir, d.Encoded()), buf)
				}
			})
		}
		for _, d := range slices.Backward(digests) {
			work <- d
		}
		close(work)
		wg.Wait()
		os.RemoveAll(dir)
	}
	report(b, began, total)
}

func bare(b *testing.B, url, path string, buf []byte) {
	resp, err := http.Get(url)
	if err != nil {
		b.Error(err)
		return
	}
	defer resp.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		b.Error(err)
		return
	}
	defer f.Close()
	h := sha256.New()
	for {
		n, err := resp.Body.Read(buf)
		h.Write(buf[:n])
		_, _ = f.Write(buf[:n])
		if err != nil {
			return
		}
	}
}

// BenchmarkFetch is the same through Resolve, Fetch and a store.
func BenchmarkFetch(b *testing.B) {
	host, _, total := benchCorpus(b)
	client, err := remote.New(remote.Options{CertDirs: []string{}})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	name, _ := reference.Parse(host + "/a:1")
	began := cpu()
	for b.Loop() {
		dir := b.TempDir()
		src := New(client, Local(newLocal(b, dir)))
		img, err := src.Resolve(b.Context(), name, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := src.Fetch(b.Context(), []*Image{img}, nil); err != nil {
			b.Fatal(err)
		}
		os.RemoveAll(dir)
	}
	report(b, began, total)
}
