package store

import (
	"bufio"
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
)

// childImage makes an image under another umask.
func childImage(s *Store, _ string) error {
	syscall.Umask(0o077)
	return makeImage(s)
}

// makeImage makes a layer and tags it.
func makeImage(s *Store) error {
	dgst, err := s.Put(context.Background(), []byte("content"))
	if err != nil {
		return err
	}
	r, err := layer.New([]layer.Entry{
		{Name: "a/b", Mode: 0o644, Blob: dgst, Size: 7},
		{Name: "c", Mode: 0o666, Data: []byte("c")},
	})
	if err != nil {
		return err
	}
	desc, err := s.PutLayer(context.Background(), r, nil)
	if err != nil {
		return err
	}
	for _, name := range []string{"b", "a", "c"} {
		if err := s.Tag(context.Background(), name, ocispec.Descriptor{MediaType: desc.MediaType, Digest: desc.Digest, Size: desc.Size}); err != nil {
			return err
		}
	}
	return nil
}

// TestMachineDoesNotMatter makes the same image with other umasks, time zones and
// numbers of processors, and compares every file of the stores.
func TestMachineDoesNotMatter(t *testing.T) {
	t.Parallel()
	here := t.TempDir()
	s := mustOpen(t, here)
	if err := makeImage(s); err != nil {
		t.Fatal(err)
	}
	want := content(t, here)
	for _, env := range [][]string{{"TZ=Asia/Shanghai", "GOMAXPROCS=1"}, {"TZ=America/New_York", "LANG=C", "TMPDIR=/"}} {
		there := t.TempDir()
		cmd, lines, _ := start(t, "image", there, "-", env...)
		drain(t, lines)
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, content(t, there)); diff != "" {
			t.Errorf("%v: %s", env, diff)
		}
	}
}

// content is all files but the locks.
func content(t testing.TB, dir string) map[string]string {
	t.Helper()
	if err := os.RemoveAll(dir + "/" + locksDir); err != nil {
		t.Fatal(err)
	}
	return tree(t, dir)
}

func drain(t testing.TB, lines *bufio.Scanner) {
	t.Helper()
	for lines.Scan() {
		t.Error(lines.Text())
	}
}
