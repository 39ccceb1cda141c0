package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestTags(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	one, two := mustPut(t, s, "one"), mustPut(t, s, "two")
	one.Annotations = map[string]string{"k": "v"}
	for _, tag := range []struct {
		name string
		desc ocispec.Descriptor
	}{{"example.com/b:1", one}, {"example.com/a:1", one}, {"example.com/c:1", one}, {"example.com/b:1", two}, {"example.com/b:1", two}} {
		if err := s.Tag(t.Context(), tag.name, tag.desc); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Untag(t.Context(), "example.com/c:1"); err != nil {
		t.Fatal(err)
	}
	images, err := s.Images(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range images {
		got = append(got, i.Name+" "+i.Descriptor.Digest.String()+" "+i.Descriptor.Annotations["k"])
	}
	want := []string{"example.com/a:1 " + one.Digest.String() + " v", "example.com/b:1 " + two.Digest.String() + " "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	desc, err := s.Resolve(t.Context(), "example.com/b:1")
	if desc.Digest != two.Digest || err != nil {
		t.Errorf("%v, %v", desc, err)
	}
	if len(one.Annotations) != 1 {
		t.Error("Tag changed the descriptor it was given")
	}
	for name, err := range map[string]error{
		"Resolve": second(s.Resolve(t.Context(), "example.com/c:1")),
		"empty":   second(s.Resolve(t.Context(), "")),
		"Untag":   s.Untag(t.Context(), "example.com/c:1"),
		"Tag":     s.Tag(t.Context(), "x", ocispec.Descriptor{Digest: digest.FromString("missing")}),
	} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIndexOnDisk(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	path := filepath.Join(s.Dir(), "index.json")
	if data, err := os.ReadFile(path); err != nil || !json.Valid(data) {
		t.Fatalf("new store: %q, %v", data, err)
	}
	desc := mustPut(t, s, "x")
	if err := s.Tag(t.Context(), "b", desc); err != nil {
		t.Fatal(err)
	}
	if err := s.Tag(t.Context(), "a", desc); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[`+
		`{"mediaType":"application/octet-stream","digest":%[1]q,"size":1,"annotations":{"org.opencontainers.image.ref.name":"a"}},`+
		`{"mediaType":"application/octet-stream","digest":%[1]q,"size":1,"annotations":{"org.opencontainers.image.ref.name":"b"}}]}`, desc.Digest)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Tag(t.Context(), "a", desc); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("the same tag again wrote the file: %v", err)
	}
}

func TestBadTags(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	desc := mustPut(t, s, "x")
	for _, name := range []string{"", "a b", "a\nb", "\x1b[2J", strings.Repeat("x", 1025)} {
		if err := s.Tag(t.Context(), name, desc); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
	desc.Size++
	if err := s.Tag(t.Context(), "a", desc); !errors.Is(err, ErrCorrupt) {
		t.Errorf("wrong size: %v", err)
	}
}

func TestDamagedIndex(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	desc := mustPut(t, s, "x")
	if err := os.WriteFile(s.path(indexFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"Tag":     s.Tag(t.Context(), "a", desc),
		"Resolve": second(s.Resolve(t.Context(), "a")),
		"Images":  second(s.Images(t.Context())),
		"Prune":   second(s.Prune(t.Context(), PruneOptions{})),
	} {
		if err == nil || !strings.Contains(err.Error(), s.path(indexFile)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !s.Has(desc.Digest, 1) {
		t.Error("pruned without knowing what is needed")
	}
}

func TestTagsOfManyGoroutines(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			dgst, err := s.Put(t.Context(), fmt.Append(nil, i))
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Tag(t.Context(), fmt.Sprint("t", i), ocispec.Descriptor{Digest: dgst, Size: int64(len(fmt.Sprint(i)))}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if images, err := s.Images(t.Context()); len(images) != 30 || err != nil {
		t.Errorf("%d tags, %v", len(images), err)
	}
}
