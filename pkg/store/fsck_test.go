package store

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
)

// sampleStore has one image of two platforms, of which one is kept: a layer made
// from a recipe, one in which another is nested, and one that is a file.
func sampleStore(t testing.TB) *Store {
	t.Helper()
	s := newStore(t)
	inner := mustLayer(t, s, "x", "xxx")
	outer := mustLayer(t, s, "a", "aaa", "inner.tar", read(t, s, inner.Digest))
	plain := mustPut(t, s, "a layer that is a file")
	plain.MediaType = ocispec.MediaTypeImageLayerGzip
	manifest := mustImage(t, s, "example.com/one:1", outer, plain)
	index := mustJSON(t, s, ocispec.MediaTypeImageIndex, ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{manifest,
			{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.FromString("another platform"), Size: 5}},
	})
	if err := s.Tag(t.Context(), "example.com/both:1", index); err != nil {
		t.Fatal(err)
	}
	return s
}

func mustFsck(t testing.TB, s *Store, opts FsckOptions) *FsckReport {
	t.Helper()
	report, err := s.Fsck(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestFsckOfAGoodStore(t *testing.T) {
	t.Parallel()
	s := sampleStore(t)
	var last progress.Event
	report := mustFsck(t, s, FsckOptions{Layers: true, Progress: func(e progress.Event) { last = e }})
	if len(report.Problems) != 0 || report.Images != 2 || report.Layers != 2 || report.Blobs != 6 {
		t.Errorf("%+v", report)
	}
	if last.Kind != progress.End || last.Items != report.Blobs || last.Bytes != report.Bytes {
		t.Errorf("reported %+v", last)
	}
}

// TestFsckFindsEveryDamagedBlob damages the blobs one after another, repairs, and
// puts them back as a build would.
func TestFsckFindsEveryDamagedBlob(t *testing.T) {
	t.Parallel()
	s := sampleStore(t)
	blobs, err := s.blobFiles()
	if err != nil {
		t.Fatal(err)
	}
	harms := map[string]func(path string){
		"changed": func(path string) { damage(t, path) },
		"cut":     func(path string) { _ = os.Truncate(path, 1) },
		"removed": func(path string) { _ = os.Remove(path) },
	}
	for _, b := range blobs {
		good, err := os.ReadFile(b.path)
		if err != nil {
			t.Fatal(err)
		}
		for name, harm := range harms {
			harm(b.path)
			report := mustFsck(t, s, FsckOptions{Repair: true})
			found := slices.ContainsFunc(report.Problems, func(p Problem) bool {
				return p.Digest == b.dgst && len(p.Images) > 0 && p.Advice != "" && (p.Repaired || name == "removed")
			})
			if !found {
				t.Errorf("%s %s (%.20q): %+v", name, b.dgst, good, report.Problems)
			}
			if s.Has(b.dgst, -1) {
				t.Errorf("%s %s: it is still in use", name, b.dgst)
			}
			mustPut(t, s, string(good))
			mustLayer(t, s, "x", "xxx") // forgotten, because a blob was damaged
		}
	}
	if report := mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
		t.Errorf("healed store: %+v", report.Problems)
	}
}

// TestFsckFindsEveryWrongSize changes every descriptor there is.
func TestFsckFindsEveryWrongSize(t *testing.T) {
	t.Parallel()
	for i := range 5 { // config, two layers, manifest and index in index.json
		s := sampleStore(t)
		index, err := s.readIndex()
		if err != nil {
			t.Fatal(err)
		}
		one := slices.IndexFunc(index.Manifests, func(d ocispec.Descriptor) bool {
			return d.MediaType == ocispec.MediaTypeImageManifest
		})
		data, err := s.ReadAll(t.Context(), index.Manifests[one])
		if err != nil {
			t.Fatal(err)
		}
		var m ocispec.Manifest
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		targets := []*ocispec.Descriptor{&m.Config, &m.Layers[0], &m.Layers[1], &index.Manifests[0], &index.Manifests[1]}
		targets[i].Size++
		bad := targets[i].Digest
		if i < 3 {
			if err := s.Tag(t.Context(), "example.com/one:1", mustJSON(t, s, m.MediaType, m)); err != nil {
				t.Fatal(err)
			}
		} else if data, err := json.Marshal(index); err != nil || os.WriteFile(s.path(indexFile), data, 0o644) != nil {
			t.Fatal(err)
		}
		report := mustFsck(t, s, FsckOptions{})
		if !slices.ContainsFunc(report.Problems, func(p Problem) bool { return p.Digest == bad && strings.Contains(p.Reason, "descriptor says") }) {
			t.Errorf("descriptor %d: %+v", i, report.Problems)
		}
	}
}

func TestFsckFindsDamagedRecipes(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{"recipes": recipesDir, "layers": layersDir} {
		for i := range 2 {
			s := sampleStore(t)
			list, err := s.digests(dir)
			if err != nil {
				t.Fatal(err)
			}
			damage(t, s.path(dir, list[i].Encoded()))
			report := mustFsck(t, s, FsckOptions{Repair: true})
			if !slices.ContainsFunc(report.Problems, func(p Problem) bool { return p.Repaired }) {
				t.Errorf("%s %d: %+v", name, i, report.Problems)
			}
			// A build makes them again.
			mustLayer(t, s, "a", "aaa", "inner.tar", read(t, s, mustLayer(t, s, "x", "xxx").Digest))
			if report := mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
				t.Errorf("%s %d, healed: %+v", name, i, report.Problems)
			}
		}
	}
}

// TestLayerOfADamagedBlobIsForgotten hashes a layer while a blob is damaged.
func TestLayerOfADamagedBlobIsForgotten(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := recipe(t, s, "a", "aaa")
	path := mustBlobPath(t, s, r.Blobs()[0].Digest)
	damage(t, path)
	wrong, err := s.PutLayer(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	report := mustFsck(t, s, FsckOptions{Repair: true})
	if len(report.Problems) == 0 {
		t.Fatal("not found")
	}
	right := mustLayer(t, s, "a", "aaa")
	if right.Digest == wrong.Digest || digest.FromString(read(t, s, right.Digest)) != right.Digest {
		t.Error("the layer has the digest of the damaged content")
	}
	report = mustFsck(t, s, FsckOptions{Layers: true, Repair: true})
	if len(report.Problems) != 1 || report.Problems[0].Digest != wrong.Digest || !report.Problems[0].Repaired {
		t.Errorf("the wrong layer: %+v", report.Problems)
	}
	mustLayer(t, s, "a", "aaa")
	if report = mustFsck(t, s, FsckOptions{Layers: true}); len(report.Problems) != 0 {
		t.Errorf("%+v", report.Problems)
	}
}

func TestFsckOfOtherFiles(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, name := range []string{"sha256/readme", "stray"} {
		if err := os.WriteFile(s.path(blobsDir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, p := range mustFsck(t, s, FsckOptions{Repair: true}).Problems {
		got = append(got, p.Path+" "+p.Advice)
	}
	want := []string{"blobs/sha256/readme " + adviceStray, "blobs/stray " + adviceStray}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(s.path(indexFile), []byte("["), 0o644); err != nil {
		t.Fatal(err)
	}
	if report := mustFsck(t, s, FsckOptions{}); len(report.Problems) != 3 {
		t.Errorf("%+v", report.Problems)
	}
}
