package runner

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
)

func TestMain(m *testing.M) {
	if code, ok := Init(); ok {
		os.Exit(code)
	}
	if dir := os.Getenv("RUNNER_TEST_VICTIM"); dir != "" {
		victim(dir)
		return
	}
	code := m.Run()
	if dir := filepath.Dir(shellPath); shellPath != "" {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// memory is a store of blobs.
type memory struct {
	mu    sync.Mutex
	blobs map[digest.Digest][]byte
	puts  int
}

func (m *memory) PutFile(_ context.Context, path string) (digest.Digest, int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blobs == nil {
		m.blobs = map[digest.Digest][]byte{}
	}
	d := digest.FromBytes(b)
	m.blobs[d] = b
	m.puts++
	return d, int64(len(b)), nil
}

var (
	shellOnce sync.Once
	shellPath string
	errShell  error
)

// shell builds the static program that stands in for /bin/sh.
func shell(t *testing.T) []byte {
	t.Helper()
	shellOnce.Do(func() {
		var dir string
		if dir, errShell = os.MkdirTemp("", "opc-runner-sh-"); errShell != nil {
			return
		}
		shellPath = filepath.Join(dir, "sh")
		cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", shellPath, "./testdata/sh")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			errShell = fmt.Errorf("%w: %s", err, out)
		}
	})
	if errShell != nil {
		t.Fatalf("build a shell: %v", errShell)
	}
	b, err := os.ReadFile(shellPath)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tarball makes a layer. A name that ends with "/" is a directory; content that
// begins with "-> " or "=> " makes a symlink or hard link.
func tarball(t *testing.T, headers ...tar.Header) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		// Content travels in the comment.
		content := h.PAXRecords["comment"]
		h.PAXRecords = nil
		h.Size = int64(len(content))
		if h.ModTime.IsZero() {
			h.ModTime = time.Unix(1000, 0)
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func file(name string, mode int64, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, PAXRecords: map[string]string{"comment": content}}
}

func dir(name string, mode int64) tar.Header {
	return tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}
}

func symlink(name, target string) tar.Header {
	return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}
}

// open makes an empty tree, closed at the end of the test.
func open(t *testing.T, blobs *memory) *Rootfs {
	t.Helper()
	r, err := Open(Options{Dir: t.TempDir(), Blobs: blobs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func apply(t *testing.T, r *Rootfs, headers ...tar.Header) {
	t.Helper()
	if err := r.Apply(t.Context(), tarball(t, headers...)); err != nil {
		t.Fatal(err)
	}
}

// image makes a tree with a shell and a few files in it.
func image(t *testing.T, blobs *memory) *Rootfs {
	t.Helper()
	r := open(t, blobs)
	apply(t, r,
		dir("bin/", 0o755), file("bin/sh", 0o755, string(shell(t))), dir("tmp/", 0o1777),
		dir("etc/", 0o755), file("etc/hosts", 0o644, "of the image\n"), file("etc/passwd", 0o600, "root"),
		dir("root/", 0o700), dir("d/", 0o750), file("d/a", 0o644, "a"), file("d/b", 0o644, "b"),
		dir("d/sub/", 0o711), file("d/sub/x", 0o644, "x"), file("d/sub/y", 0o644, "y"), symlink("d/link", "a"),
	)
	return r
}

// run executes a script and returns the changes and what was printed; it skips
// the test where namespaces are refused.
func run(t *testing.T, r *Rootfs, c Command) ([]layer.Entry, string, error) {
	t.Helper()
	var out bytes.Buffer
	c.Output = &out
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	entries, err := r.Run(ctx, c)
	if errors.Is(err, ErrNamespaces) {
		t.Skipf("namespaces are refused here: %v", err)
	}
	return entries, out.String(), err
}

// describe writes entries as lines.
func describe(entries []layer.Entry, blobs *memory) []string {
	lines := []string{}
	for _, e := range entries {
		line := fmt.Sprintf("%s %s", e.Kind, e.Name)
		if e.Kind != layer.Hardlink {
			line += fmt.Sprintf(" %v %d:%d", e.Mode, e.UID, e.GID)
		}
		content := string(e.Data)
		if e.Blob != "" {
			content = fmt.Sprintf("%d bytes", len(blobs.blobs[e.Blob]))
		}
		if e.Link != "" {
			content = "-> " + e.Link
		}
		lines = append(lines, strings.TrimSpace(line+" "+content))
	}
	return lines
}
