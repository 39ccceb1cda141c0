package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
)

// childBuild stores blobs in every way there is, makes layers, and tags them.
func childBuild(s *Store, _ string) error {
	ctx := context.Background()
	for i := range 8 {
		content := strings.Repeat(fmt.Sprint(i), 50_000)
		w, err := s.Writer(ctx)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, content); err != nil {
			return err
		}
		dgst, size, err := w.Commit()
		if err != nil {
			return err
		}
		small, err := s.Put(ctx, fmt.Append(nil, "small ", i))
		if err != nil {
			return err
		}
		r, err := layer.New([]layer.Entry{{Name: "a", Blob: dgst, Size: size}, {Name: "b", Blob: small, Size: 7}})
		if err != nil {
			return err
		}
		desc, err := s.PutLayer(ctx, r, nil)
		if err != nil {
			return err
		}
		if err := s.Tag(ctx, fmt.Sprint("layer", i), desc); err != nil {
			return err
		}
	}
	return nil
}

// TestBuildKilledAtAnyPoint ends in the same files as a build nobody disturbs.
func TestBuildKilledAtAnyPoint(t *testing.T) {
	t.Parallel()
	calm, dir := t.TempDir(), t.TempDir()
	if err := childBuild(mustOpen(t, calm), ""); err != nil {
		t.Fatal(err)
	}
	for round := range 25 {
		cmd, lines, _ := start(t, "build", dir, "-")
		if round < 24 {
			time.AfterFunc(time.Duration(rand.IntN(25))*time.Millisecond, func() { cmd.Process.Kill() })
		}
		drain(t, lines)
		if err := cmd.Wait(); err != nil && round == 24 {
			t.Fatal(err)
		}
	}
	s := mustOpen(t, dir)
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left in ingest: %v", left)
	}
	if n := markersOf(t, s); n > 1 {
		t.Errorf("%d markers are left", n)
	}
	if report := mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
		t.Errorf("%+v", report.Problems)
	}
	if diff := cmp.Diff(content(t, calm), content(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestCancelledChecks(t *testing.T) {
	t.Parallel()
	s := sampleStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Fsck(ctx, FsckOptions{Repair: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("Fsck: %v", err)
	}
	if _, err := s.Prune(ctx, PruneOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Prune: %v", err)
	}
	if w, err := s.Writer(ctx); err != nil {
		t.Error(err)
	} else if _, err := w.Write([]byte("x")); !errors.Is(err, context.Canceled) || w.Close() != nil {
		t.Errorf("Writer: %v", err)
	}
	if report := mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
		t.Errorf("it changed something: %+v", report.Problems)
	}
}

func TestRecipe(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	desc := mustLayer(t, s, "a", "aaa", "b", "bbb")
	r, c, err := s.Recipe(desc.Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if r.Size() != desc.Size || len(r.Blobs()) != 2 || r.Blobs()[0].Digest != digest.FromString("aaa") {
		t.Errorf("%d bytes, %v", r.Size(), r.Blobs())
	}
	if _, _, err := s.Recipe(digest.FromString("aaa")); !errors.Is(err, ErrNotFound) {
		t.Errorf("of a blob: %v", err)
	}
}

// TestManifestsOfDocker are walked like those of OCI.
func TestManifestsOfDocker(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	config, blob, subject := mustPut(t, s, "config"), mustPut(t, s, "layer"), mustPut(t, s, "subject")
	manifest := mustJSON(t, s, dockerManifest, ocispec.Manifest{Config: config, Layers: []ocispec.Descriptor{blob}, Subject: &subject})
	list := mustJSON(t, s, dockerIndex, ocispec.Index{Manifests: []ocispec.Descriptor{manifest}})
	if err := s.Tag(t.Context(), "a", list); err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "of nobody")
	if report := mustPrune(t, s, false); len(report.Removed) != 1 || report.Removed[0] != digest.FromString("of nobody") {
		t.Errorf("%+v", report)
	}
	broken := mustPut(t, s, "{")
	broken.MediaType = dockerManifest
	if err := s.Tag(t.Context(), "b", broken); err != nil {
		t.Fatal(err)
	}
	if report := mustFsck(t, s, FsckOptions{}); len(report.Problems) != 1 || report.Problems[0].Images[0] != "b" {
		t.Errorf("%+v", report.Problems)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add(record{digest.FromString("x"), 5}.String())
	f.Add("sha256:../x 5\n")
	f.Add(record{digest.FromString("x"), -5}.String())
	s := newStore(f)
	self := digest.FromString("self")
	f.Fuzz(func(t *testing.T, line string) {
		mustReplace(t, s, s.layerPath(self), line)
		rec, err := s.layerRecord(self)
		if err == nil && (rec.String() != line || rec.dgst.Validate() != nil || rec.size < 0) {
			t.Errorf("%q is read as %+v", line, rec)
		}
		if b, err := s.Open(self); err == nil {
			b.Close()
			t.Error("opened a layer without a recipe")
		}
	})
}

func mustReplace(t testing.TB, s *Store, path, content string) {
	t.Helper()
	if err := s.replace(path, strings.NewReader(content), false); err != nil {
		t.Fatal(err)
	}
}
