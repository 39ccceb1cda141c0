package push

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
)

// TestBenchServer is not a test: the benchmark runs it in another process, so
// that only the client's CPU is counted. It takes everything and forgets it,
// except which blobs and manifests there are.
func TestBenchServer(t *testing.T) {
	if os.Getenv("OPC_BENCH") == "" {
		t.Skip("only for benchmarks")
	}
	var have sync.Map
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, make([]byte, 1<<20))
		key := r.URL.Path
		switch r.Method {
		case http.MethodPost:
			w.Header().Set("Location", r.URL.Path+"1")
			w.WriteHeader(http.StatusAccepted)
		case http.MethodPatch:
			w.Header().Set("Location", r.URL.Path)
			w.WriteHeader(http.StatusAccepted)
		case http.MethodPut:
			if d := r.URL.Query().Get("digest"); d != "" {
				key = strings.TrimSuffix(key, "uploads/1") + d
			}
			have.Store(key, true)
			w.WriteHeader(http.StatusCreated)
		default:
			if _, ok := have.Load(key); !ok {
				w.WriteHeader(http.StatusNotFound)
			}
		}
	}))
	fmt.Println(srv.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark ends
	srv.Close()
}

func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPush pushes 100 layers of 30 MB to a registry that lacks them, and
// then to one that has them.
func BenchmarkPush(b *testing.B) {
	st := newStore(b)
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: putJSON(b, st, ocispec.MediaTypeImageConfig, 1)}
	zeros := make([]byte, 1<<20)
	var total int64
	for i := range 100 {
		w, err := st.Writer(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintln(w, i)
		for range 29 {
			_, _ = w.Write(zeros)
		}
		d, n, err := w.Commit()
		if err != nil {
			b.Fatal(err)
		}
		total += n
		m.Layers = append(m.Layers, ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: digest.Digest(d), Size: n})
	}
	root := putJSON(b, st, m.MediaType, m)

	cmd := exec.Command(os.Args[0], "-test.run=^TestBenchServer$")
	cmd.Env = append(os.Environ(), "OPC_BENCH=1")
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
	host := strings.TrimPrefix(strings.TrimSpace(line), "http://")
	client := newClient(b, remote.Options{})
	run := func(name string, repo func(i int) string) {
		b.Run(name, func(b *testing.B) {
			began := cpu()
			for i := 0; b.Loop(); i++ {
				if _, err := New(client, st).Push(b.Context(), root, ref(b, host+"/"+repo(i)+":1"), Options{}, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(total)
			b.ReportMetric((cpu()-began).Seconds()/float64(b.N), "cpu-s")
		})
	}
	run("empty", func(i int) string { return fmt.Sprintf("empty%d", i) })
	run("again", func(int) string { return "empty0" })
}
