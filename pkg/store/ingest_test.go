package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
)

func mustIngest(t testing.TB, s *Store, data []byte) *Ingest {
	t.Helper()
	in, err := s.Ingest(t.Context(), digest.FromBytes(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	return in
}

func mustWrite(t testing.TB, w io.Writer, data []byte) {
	t.Helper()
	if _, err := io.Copy(w, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
}

func TestIngest(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []digest.Algorithm{digest.SHA256, digest.SHA512} {
		s := newStore(t)
		data := blob(1)
		dgst := algorithm.FromBytes(data)
		for _, size := range []int64{int64(len(data)), -1} {
			in, err := s.Ingest(t.Context(), dgst, size)
			if err != nil {
				t.Fatal(err)
			}
			mustWrite(t, in, data)
			if err := in.Commit(); err != nil {
				t.Fatal(err)
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
			if got := read(t, s, dgst); got != string(data) {
				t.Error("other content")
			}
			if _, err := s.Ingest(t.Context(), dgst, size); !errors.Is(err, ErrExists) {
				t.Errorf("again: %v", err)
			}
			if err := os.Remove(mustBlobPath(t, s, dgst)); err != nil {
				t.Fatal(err)
			}
		}
		if left := leftovers(t, s); len(left) != 0 {
			t.Errorf("left in ingest: %v", left)
		}
	}
}

func TestIngestResumes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	data := blob(2)
	for off := int64(0); off < int64(len(data)); off += 50_000 {
		in := mustIngest(t, s, data)
		if in.Offset() != off {
			t.Fatalf("resumes at %d, want %d", in.Offset(), off)
		}
		mustWrite(t, in, data[off:min(off+50_000, int64(len(data)))])
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		if s.Has(in.dgst, -1) {
			t.Fatal("readable before Commit")
		}
	}
	in := mustIngest(t, s, data)
	if err := in.Commit(); err != nil {
		t.Fatal(err)
	}
	if read(t, s, in.dgst) != string(data) {
		t.Error("other content")
	}
}

func TestDamagedPartialIsFoundAtCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	data := blob(3)
	in := mustIngest(t, s, data)
	mustWrite(t, in, data[:1000])
	in.Close()
	damage(t, s.path(ingestDir, flat(in.dgst)))
	in = mustIngest(t, s, data)
	mustWrite(t, in, data[1000:])
	if err := in.Commit(); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("commit: %v", err)
	}
	in = mustIngest(t, s, data)
	if in.Offset() != 0 {
		t.Errorf("goes on at %d", in.Offset())
	}
	mustWrite(t, in, data)
	if err := in.Commit(); err != nil {
		t.Error(err)
	}
}

func TestIngestRefusesWrongSizes(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	data := blob(4)
	in := mustIngest(t, s, data)
	mustWrite(t, in, data[:100])
	if _, err := in.Write(make([]byte, len(data))); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too much: %v", err)
	}
	if err := in.Commit(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("too little: %v", err)
	}
	if _, err := in.Write(data); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after commit: %v", err)
	}
	if in = mustIngest(t, s, data); in.Offset() != 100 {
		t.Errorf("kept %d bytes, want 100", in.Offset())
	}
	if err := in.Restart(); err != nil || in.Offset() != 0 {
		t.Errorf("restart: %d, %v", in.Offset(), err)
	}
	mustWrite(t, in, data)
	if err := in.Commit(); err != nil {
		t.Error(err)
	}
}

func TestPartialLargerThanTheBlob(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	data := blob(5)
	if err := os.WriteFile(s.path(ingestDir, flat(digest.FromBytes(data))), make([]byte, 500_000), 0o644); err != nil {
		t.Fatal(err)
	}
	in := mustIngest(t, s, data)
	if in.Offset() != 0 {
		t.Errorf("goes on at %d", in.Offset())
	}
	mustWrite(t, in, data)
	if err := in.Commit(); err != nil {
		t.Error(err)
	}
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	in := mustIngest(t, s, blob(6))
	mustWrite(t, in, []byte("x"))
	if err := errors.Join(in.Discard(), in.Discard(), in.Close()); err != nil {
		t.Error(err)
	}
	if err := in.Restart(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("restart: %v", err)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
}

// TestIngestIsSingleFlight has many goroutines want the same blob.
func TestIngestIsSingleFlight(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	data := blob(7)
	var wg sync.WaitGroup
	var wrote, waited atomic.Int32
	for range 20 {
		wg.Go(func() {
			in, err := s.Ingest(t.Context(), digest.FromBytes(data), int64(len(data)))
			if errors.Is(err, ErrExists) {
				waited.Add(1)
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			defer in.Close()
			time.Sleep(5 * time.Millisecond)
			if _, err := in.Write(data); err != nil {
				t.Error(err)
			}
			if err := in.Commit(); err != nil {
				t.Error(err)
			}
			wrote.Add(1)
		})
	}
	wg.Wait()
	if wrote.Load() != 1 || waited.Load() != 19 {
		t.Errorf("%d wrote, %d waited", wrote.Load(), waited.Load())
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	in := mustIngest(t, s, blob(8))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := s.Ingest(ctx, in.dgst, in.size)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	wantError(t, err, "waiting for the lock", in.dgst.String())
}
