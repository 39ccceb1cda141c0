package registryfs_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	image := single(t, "quay.io/a/web:1.0", "web", "shop")
	groups, err := registryfs.Groups([]registryfs.Image{image})
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 1 || groups[0].Name != "shop" {
		t.Fatalf("groups: %+v", groups)
	}
	manifest := image.Root.Digest.Encoded()
	config := image.Manifests[0].Config.Digest.Encoded()
	data := func(hex string) string {
		return "registry/docker/registry/v2/blobs/sha256/" + hex[:2] + "/" + hex + "/data"
	}
	const repository = "registry/docker/registry/v2/repositories/a/web/"
	want := []string{
		data(manifest), data(config),
		repository + "_layers/sha256/" + config + "/link",
		repository + "_manifests/revisions/sha256/" + manifest + "/link",
		repository + "_manifests/tags/1.0/current/link",
		repository + "_manifests/tags/1.0/index/sha256/" + manifest + "/link",
	}
	for _, l := range image.Manifests[0].Layers {
		want = append(want, data(l.Digest.Encoded()), repository+"_layers/sha256/"+l.Digest.Encoded()+"/link")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names(groups[0])); diff != "" {
		t.Error(diff)
	}
	for _, entry := range groups[0].Entries {
		link := strings.HasSuffix(entry.Name, "/link")
		if entry.Kind != layer.File || entry.Mode != 0o644 || link != (entry.Blob == "") {
			t.Errorf("entry %+v", entry)
		}
		if link && digest.Digest(entry.Data).Validate() != nil {
			t.Errorf("%s holds %q", entry.Name, entry.Data)
		}
	}
}

// TestOwners checks that what several components need stands in each group, so
// that packing can share it, and that nothing else does.
func TestOwners(t *testing.T) {
	t.Parallel()
	groups, err := registryfs.Groups([]registryfs.Image{
		single(t, "a/web:1", "web", "shop", "blog"), single(t, "a/db:1", "db", "shop"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(groups) != 2 || groups[0].Name != "blog" || groups[1].Name != "shop" {
		t.Fatalf("groups: %+v", groups)
	}
	blog, shop := names(groups[0]), names(groups[1])
	for _, name := range blog {
		if !slices.Contains(shop, name) {
			t.Errorf("only blog has %s", name)
		}
		if strings.Contains(name, "/db/") {
			t.Errorf("blog has %s", name)
		}
	}
	if len(shop) <= len(blog) {
		t.Errorf("shop has %d entries, blog %d", len(shop), len(blog))
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	images := []registryfs.Image{
		single(t, "a/web:1", "web", "x"), single(t, "quay.io/a/web:1", "web", "y"), single(t, "a/db:1", "db", "y", "x"),
		single(t, "a/db:2@"+blob("manifest of db2").Digest.String(), "db2", "x"),
	}
	forward, err := registryfs.Groups(images)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(images)
	backward, err := registryfs.Groups(images)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(forward, backward); diff != "" {
		t.Error(diff)
	}
}

func TestConflict(t *testing.T) {
	t.Parallel()
	_, err := registryfs.Groups([]registryfs.Image{
		single(t, "quay.io/a/web:1", "one", "x"), single(t, "ghcr.io/a/web:1", "other", "y"),
	})
	conflict := new(registryfs.TagConflictError)
	if !errors.As(err, &conflict) || conflict.Name != "a/web:1" {
		t.Fatalf("error = %v", err)
	}
	for _, want := range []string{"quay.io/a/web:1", "ghcr.io/a/web:1", blob("manifest of one").Digest.String(), blob("manifest of other").Digest.String()} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

// TestTagsOfPinnedNames checks who gets a tag that pinned names carry too.
func TestTagsOfPinnedNames(t *testing.T) {
	t.Parallel()
	pin := func(content string) string { return "a/web:1@" + blob("manifest of "+content).Digest.String() }
	for name, tt := range map[string]struct {
		images []registryfs.Image
		want   string // content that the tag leads to
	}{
		"alone":              {[]registryfs.Image{single(t, pin("one"), "one", "x")}, "one"},
		"plain name wins":    {[]registryfs.Image{single(t, "a/web:1", "two", "x"), single(t, pin("one"), "one", "x")}, "two"},
		"disagreement":       {[]registryfs.Image{single(t, pin("one"), "one", "x"), single(t, pin("two"), "two", "x")}, ""},
		"plain name decides": {[]registryfs.Image{single(t, pin("one"), "one", "x"), single(t, pin("two"), "two", "x"), single(t, "a/web:1", "two", "y")}, "two"},
		"no tag":             {[]registryfs.Image{single(t, "a/web@"+blob("manifest of one").Digest.String(), "one", "x")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := treeOf(t, tt.images)
			got, ok := tree.Resolve("a/web", "1")
			if ok != (tt.want != "") || ok && got != blob("manifest of "+tt.want).Digest {
				t.Errorf("tag leads to %s, %v; want %q", got, ok, tt.want)
			}
			for _, image := range tt.images {
				if _, ok := tree.Resolve("a/web", image.Root.Digest.String()); !ok {
					t.Errorf("%s is not found by digest", image.Ref)
				}
			}
		})
	}
}

func TestGroupsRefuses(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*registryfs.Image){
		"no component":           func(i *registryfs.Image) { i.Owners = nil },
		"no manifest":            func(i *registryfs.Image) { i.Manifests = nil },
		"no repository":          func(i *registryfs.Image) { i.Ref.Path = "" },
		"the name pins sha256":   func(i *registryfs.Image) { i.Ref.Digest = digest.FromString("x") },
		`digest "sha256:../../"`: func(i *registryfs.Image) { i.Manifests[0].Config.Digest = "sha256:../../" },
		"size -1":                func(i *registryfs.Image) { i.Manifests[0].Layers[0].Size = -1 },
		"and 12 elsewhere": func(i *registryfs.Image) {
			i.Manifests[0].Layers = append(i.Manifests[0].Layers, ocispec.Descriptor{Digest: i.Manifests[0].Layers[0].Digest, Size: 99})
		},
	} {
		image := single(t, "a/web:1", "web", "x")
		change(&image)
		_, err := registryfs.Groups([]registryfs.Image{image})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want one about %q", err, want)
		}
	}
}
