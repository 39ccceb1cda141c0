package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	desc := mustPut(t, s, "hello")
	if desc.Digest != digest.FromString("hello") {
		t.Errorf("digest %s", desc.Digest)
	}
	mustPut(t, s, "hello") // again
	b, err := s.Open(desc.Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := iotest.TestReader(b, []byte("hello")); err != nil {
		t.Error(err)
	}
	if size, err := s.Stat(desc.Digest); size != 5 || err != nil {
		t.Errorf("Stat: %d, %v", size, err)
	}
	if !s.Has(desc.Digest, 5) || !s.Has(desc.Digest, -1) || s.Has(desc.Digest, 4) {
		t.Error("Has")
	}
	if _, ok := b.(interface{ File() *os.File }); !ok {
		t.Error("a blob has no method File")
	}
	// On disk it is what the OCI layout says.
	if data, err := os.ReadFile(filepath.Join(s.Dir(), "blobs", "sha256", desc.Digest.Encoded())); string(data) != "hello" {
		t.Errorf("%q, %v", data, err)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
}

func TestNotFoundAndBadDigests(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	missing := digest.FromString("missing")
	for name, err := range map[string]error{
		"Stat":    second(s.Stat(missing)),
		"Open":    second(s.Open(missing)),
		"ReadAll": second(s.ReadAll(t.Context(), ocispec.Descriptor{Digest: missing})),
		"sha512":  second(s.Stat(digest.SHA512.FromString("missing"))),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []digest.Digest{"", "sha256:", "sha256:../../index.json", "md5:00", "../x:y", "sha256:" + digest.Digest(strings.Repeat("A", 64))} {
		for name, err := range map[string]error{
			"Stat":   second(s.Stat(bad)),
			"Open":   second(s.Open(bad)),
			"Ingest": second(s.Ingest(t.Context(), bad, 1)),
			"Tag":    s.Tag(t.Context(), "a", ocispec.Descriptor{Digest: bad}),
		} {
			if err == nil || errors.Is(err, ErrNotFound) {
				t.Errorf("%s of %q: %v", name, bad, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestReadAll(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	good := mustPut(t, s, "hello")
	if data, err := s.ReadAll(t.Context(), good); string(data) != "hello" || err != nil {
		t.Errorf("%q, %v", data, err)
	}
	wrong := good
	wrong.Size = 4
	if _, err := s.ReadAll(t.Context(), wrong); !errors.Is(err, ErrCorrupt) {
		t.Errorf("wrong size: %v", err)
	}
	wrong.Size = MaxRead + 1
	if _, err := s.ReadAll(t.Context(), wrong); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), fmt.Sprint(MaxRead)) {
		t.Errorf("huge: %v", err)
	}
	damage(t, mustBlobPath(t, s, good.Digest))
	if _, err := s.ReadAll(t.Context(), good); !errors.Is(err, ErrCorrupt) {
		t.Errorf("damaged: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.ReadAll(ctx, good); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestWriter(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	w, err := s.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, strings.NewReader("hel")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "lo"); err != nil {
		t.Fatal(err)
	}
	dgst, size, err := w.Commit()
	if dgst != digest.FromString("hello") || size != 5 || err != nil {
		t.Fatalf("%s, %d, %v", dgst, size, err)
	}
	if _, err := w.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after commit: %v", err)
	}
	if _, _, err := w.Commit(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("second commit: %v", err)
	}
	abandoned, err := s.Writer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(leftovers(t, s)) != 1 {
		t.Error("nothing in ingest")
	}
	if err := errors.Join(abandoned.Close(), abandoned.Close(), w.Close()); err != nil {
		t.Error(err)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
}

func TestPutFile(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, blob(1), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		dgst, size, err := s.PutFile(t.Context(), path)
		if dgst != digest.FromBytes(blob(1)) || size != int64(len(blob(1))) || err != nil {
			t.Fatalf("%s, %d, %v", dgst, size, err)
		}
	}
	if read(t, s, digest.FromBytes(blob(1))) != string(blob(1)) {
		t.Error("other content")
	}
	if _, _, err := s.PutFile(t.Context(), path+"x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, _, err := s.PutFile(t.Context(), filepath.Dir(path)); err == nil {
		t.Error("directory: no error")
	}
}

func TestWrongFileIsReplaced(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	desc := mustPut(t, s, "hello")
	if err := os.Truncate(mustBlobPath(t, s, desc.Digest), 2); err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "hello")
	if got := read(t, s, desc.Digest); got != "hello" {
		t.Errorf("%q", got)
	}
}

func TestErrorsOfTheSystem(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var space *SpaceError
	full := s.writeError("/x/blob", 12345, &os.PathError{Op: "write", Path: "p", Err: syscall.ENOSPC})
	if !errors.As(full, &space) || !errors.Is(full, syscall.ENOSPC) {
		t.Errorf("full: %v", full)
	}
	wantError(t, full, "/x/blob", "12345 bytes more", "prune")
	for _, errno := range []error{syscall.EROFS, syscall.EACCES} {
		if err := s.writeError("/x", 0, errno); !errors.Is(err, ErrReadOnly) || !strings.Contains(err.Error(), s.Dir()) {
			t.Errorf("%v: %v", errno, err)
		}
	}
	if err := s.writeError("/x", 0, nil); err != nil {
		t.Error(err)
	}
}
