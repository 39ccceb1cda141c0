package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/progress"
)

func TestPutLayer(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := recipe(t, s, "a", "aaa", "b/c", "ccc")
	var events []progress.Event
	m := progress.Func(func(e progress.Event) { events = append(events, e) }).Begin(progress.Hash, 1, r.Size())
	desc, err := s.PutLayer(t.Context(), r, m)
	if err != nil {
		t.Fatal(err)
	}
	m.End(nil)
	if e := events[len(events)-1]; e.Items != 1 || e.Bytes != r.Size() {
		t.Errorf("reported %+v", e)
	}
	content := read(t, s, desc.Digest)
	want := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: digest.FromString(content), Size: int64(len(content))}
	if diff := cmp.Diff(want, desc); diff != "" {
		t.Error(diff)
	}
	b, err := s.Open(desc.Digest)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(iotest.TestReader(b, []byte(content)), b.Close()); err != nil {
		t.Error(err)
	}
	if size, err := s.Stat(desc.Digest); size != desc.Size || err != nil {
		t.Errorf("Stat: %d, %v", size, err)
	}
	if _, err := os.Stat(mustBlobPath(t, s, desc.Digest)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the layer is a file: %v", err)
	}
	if data, err := s.ReadAll(t.Context(), desc); string(data) != content || err != nil {
		t.Errorf("ReadAll: %v", err)
	}
	if _, err := s.Ingest(t.Context(), desc.Digest, desc.Size); !errors.Is(err, ErrExists) {
		t.Errorf("Ingest: %v", err)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
}

// TestSameLayerReadsNoBlob makes the blobs unreadable the second time.
func TestSameLayerReadsNoBlob(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := recipe(t, s, "a", "aaa", "b", "bbb")
	first := mustLayer(t, s, "a", "aaa", "b", "bbb")
	for _, b := range r.Blobs() {
		damage(t, mustBlobPath(t, s, b.Digest)) // of the same size
	}
	second, err := mustOpen(t, s.Dir()).PutLayer(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
}

func TestPutLayerAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := recipe(t, s, "a", strings.Repeat("a", 1<<20))
	var hashed, present int
	var mu sync.Mutex
	m := progress.Func(func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		hashed += strings.Count(e.Status, "done")
		present += strings.Count(e.Status, "present")
	}).Begin(progress.Hash, 0, 0)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.PutLayer(t.Context(), r, m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if hashed != 1 || present != 7 {
		t.Errorf("hashed %d times, found %d times", hashed, present)
	}
}

func TestPutLayerWithoutBlobs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := recipe(t, s, "a", "aaa")
	blob := r.Blobs()[0].Digest
	path := mustBlobPath(t, s, blob)
	if err := os.Truncate(path, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutLayer(t.Context(), r, nil); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), blob.String()) {
		t.Errorf("short blob: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutLayer(t.Context(), r, nil); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), blob.String()) {
		t.Errorf("missing blob: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.PutLayer(ctx, recipe(t, s, "a", "aaa"), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
}

func TestLayerWithinLayer(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	inner := mustLayer(t, s, "x", "xxx")
	for depth := range maxDepth {
		r, err := layer.New([]layer.Entry{{Name: "inner.tar", Mode: 0o644, Blob: inner.Digest, Size: inner.Size}})
		if err != nil {
			t.Fatal(err)
		}
		outer, err := s.PutLayer(t.Context(), r, nil)
		if depth == maxDepth-1 {
			if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "nested more than 8 deep") {
				t.Errorf("depth %d: %v", depth, err)
			}
			break
		}
		if err != nil {
			t.Fatalf("depth %d: %v", depth, err)
		}
		if content := read(t, s, outer.Digest); digest.FromString(content) != outer.Digest {
			t.Errorf("depth %d: other content", depth)
		}
		inner = outer
	}
}

// TestLayerThatContainsItself forges the record of a layer.
func TestLayerThatContainsItself(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	self := digest.FromString("cannot be computed")
	r, err := layer.New([]layer.Entry{{Name: "self", Blob: self, Size: 100}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.saveLayer(r, self); err != nil {
		t.Fatal(err)
	}
	b, err := s.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var buf bytes.Buffer
	if _, err := b.WriteTo(&buf); !errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
}

func TestDamagedRecordsAndRecipes(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(s *Store, desc ocispec.Descriptor, recipe digest.Digest) error{
		"record empty": func(s *Store, d ocispec.Descriptor, _ digest.Digest) error {
			return os.WriteFile(s.layerPath(d.Digest), nil, 0o644)
		},
		"record cut": func(s *Store, d ocispec.Descriptor, _ digest.Digest) error {
			return os.Truncate(s.layerPath(d.Digest), 74)
		},
		"record of another size": func(s *Store, d ocispec.Descriptor, r digest.Digest) error {
			return os.WriteFile(s.layerPath(d.Digest), []byte(record{r, d.Size + 1}.String()), 0o644)
		},
		"record of a path": func(s *Store, d ocispec.Descriptor, _ digest.Digest) error {
			return os.WriteFile(s.layerPath(d.Digest), []byte("sha256:../../x 5\n"), 0o644)
		},
		"recipe cut": func(s *Store, _ ocispec.Descriptor, r digest.Digest) error {
			return os.Truncate(s.recipePath(r), 40)
		},
		"recipe of another layer": func(s *Store, _ ocispec.Descriptor, r digest.Digest) error {
			other := mustLayer(t, s, "other", "other")
			rec, err := s.layerRecord(other.Digest)
			return errors.Join(err, os.Rename(s.recipePath(rec.dgst), s.recipePath(r)))
		},
	} {
		s := newStore(t)
		desc := mustLayer(t, s, "a", "aaa")
		r := recipe(t, s, "a", "aaa")
		if err := harm(s, desc, r.Digest()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(desc.Digest); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasPrefix(name, "record") { // a build heals it
			mustLayer(t, s, "a", "aaa")
			read(t, s, desc.Digest)
		}
	}
}

// TestOneFileAtATime reads a layer of many blobs and counts what is open.
func TestOneFileAtATime(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var files []string
	for i := range 100 {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i)
		files = append(files, name, name)
	}
	b, err := s.Open(mustLayer(t, s, files...).Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	buf := make([]byte, 400)
	for {
		if _, err := b.Read(buf); err != nil {
			break
		}
		if n := openFiles(t, s.Dir()); n > 2 { // a blob, and the recipe
			t.Fatalf("%d files are open", n)
		}
	}
}

func openFiles(t *testing.T, dir string) int {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(links) == 0 {
		t.Skip("no /proc/self/fd here")
	}
	var open []string
	for _, l := range links {
		if name, err := os.Readlink(l); err == nil && strings.HasPrefix(name, dir) && !strings.Contains(name, "/locks/") {
			open = append(open, name)
		}
	}
	return len(slices.Compact(open))
}
