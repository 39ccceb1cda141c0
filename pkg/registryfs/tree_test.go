package registryfs_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/registryfs"
)

// treeOf lays images out and reads them back.
func treeOf(t *testing.T, images []registryfs.Image) *registryfs.Tree {
	t.Helper()
	groups, err := registryfs.Groups(images)
	if err != nil {
		t.Fatal(err)
	}
	tree := new(registryfs.Tree)
	for _, group := range groups {
		for _, entry := range group.Entries {
			if err := tree.Add(entry.Name, registryfs.Content{Size: entry.Size}, bytes.NewReader(entry.Data)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tree.Check(); err != nil {
		t.Fatalf("what was laid out is broken: %v", err)
	}
	return tree
}

// multi is an image whose index lists more platforms than are held.
func multi(t testing.TB) registryfs.Image {
	image := single(t, "ghcr.io/org/multi:2", "multi amd64", "x")
	image.Root = blob("index of amd64 and arm64")
	return image
}

func TestTree(t *testing.T) {
	t.Parallel()
	image := multi(t)
	tree := treeOf(t, []registryfs.Image{image, single(t, "nginx", "nginx", "x")})
	if diff := cmp.Diff([]string{"library/nginx", "org/multi"}, tree.Repositories()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2"}, tree.Tags("org/multi")); diff != "" {
		t.Error(diff)
	}
	manifest := image.Manifests[0]
	for identifier, want := range map[string]digest.Digest{
		"2": image.Root.Digest, image.Root.Digest.String(): image.Root.Digest, manifest.Descriptor.Digest.String(): manifest.Descriptor.Digest,
	} {
		if got, ok := tree.Resolve("org/multi", identifier); !ok || got != want {
			t.Errorf("Resolve(%s) = %s, %v", identifier, got, ok)
		}
	}
	for _, identifier := range []string{"1", "", manifest.Config.Digest.String()} {
		if got, ok := tree.Resolve("org/multi", identifier); ok {
			t.Errorf("Resolve(%q) = %s", identifier, got)
		}
	}
	if !tree.HasLayer("org/multi", manifest.Config.Digest) || tree.HasLayer("library/nginx", manifest.Config.Digest) {
		t.Error("HasLayer does not tell the repositories apart")
	}
	if got := len(tree.Revisions("org/multi")); got != 2 {
		t.Errorf("%d revisions", got)
	}
	if got := len(tree.Layers("org/multi")); got != 3 {
		t.Errorf("%d layers", got)
	}
	if got := len(tree.Blobs()); got != 8 {
		t.Errorf("%d blobs", got)
	}
	if content, ok := tree.Blob(image.Root.Digest); !ok || content.Size != image.Root.Size {
		t.Errorf("Blob = %+v, %v", content, ok)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	image := single(t, "nginx", "nginx", "x")
	whiteout := func(p registryfs.Path) string {
		dir, _ := strings.CutSuffix(p.String(), "/"+base(p.String()))
		return dir + "/.wh." + base(p.String())
	}
	for name, p := range map[string]registryfs.Path{
		"there is no content":          {Kind: registryfs.Blob, Digest: image.Manifests[0].Config.Digest},
		"the repository does not have": {Kind: registryfs.Revision, Repository: "library/nginx", Digest: image.Root.Digest},
	} {
		tree := treeOf(t, []registryfs.Image{image})
		if err := tree.Add(whiteout(p), registryfs.Content{}, nil); err != nil {
			t.Fatal(err)
		}
		if err := tree.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error = %v, want %q", err, name)
		}
	}
}

func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func TestWhiteouts(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]int{
		".wh.registry": 0, "registry/docker/registry/v2/.wh..wh..opq": 0, ".wh..wh..opq": 0,
		"registry/docker/registry/v2/repositories/library/.wh.nginx": 1, "etc/.wh.registry": 2,
	} {
		tree := treeOf(t, []registryfs.Image{single(t, "nginx", "nginx", "x"), single(t, "redis", "redis", "x")})
		if err := tree.Add(name, registryfs.Content{}, nil); err != nil {
			t.Fatal(err)
		}
		if got := len(tree.Repositories()); got != left {
			t.Errorf("after %s there are %d repositories, want %d", name, got, left)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	other := digest.FromString("other").String()
	link := registryfs.Path{Kind: registryfs.Layer, Repository: "a", Digest: digest.FromString("x")}.String()
	for name, tt := range map[string]struct {
		content string
		err     error
		want    string
	}{
		"not a digest": {content: "../../etc/passwd", want: "not a digest"},
		"newline":      {content: digest.FromString("x").String() + "\n", want: "not a digest"},
		"too long":     {content: strings.Repeat("a", 1<<20), want: "not a digest"},
		"elsewhere":    {content: other, want: "its path says otherwise"},
		"read error":   {err: broken, want: "disk on fire"},
	} {
		var tree registryfs.Tree
		content := bytes.NewReader([]byte(tt.content))
		var err error
		if tt.err != nil {
			err = tree.Add(link, registryfs.Content{}, iotest.ErrReader(tt.err))
		} else {
			err = tree.Add(link, registryfs.Content{}, content)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
