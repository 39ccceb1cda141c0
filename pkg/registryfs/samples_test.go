package registryfs_test

import (
	"bufio"
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/registryfs"
)

// TestSameLinksAsSealer lays out the images of a cluster image that a real
// sealer built, one of them with an index, and compares all links.
func TestSameLinksAsSealer(t *testing.T) {
	t.Parallel()
	want := readLinks(t)
	sealers := new(registryfs.Tree)
	for name, content := range want {
		p, ok := registryfs.ParsePath(name)
		if !ok {
			t.Errorf("not understood: %s", name)
		}
		if p.Kind == registryfs.Revision { // the sample has no content, so make some up
			content := registryfs.Path{Kind: registryfs.Blob, Digest: p.Digest}.String()
			if err := sealers.Add(content, registryfs.Content{}, nil); err != nil {
				t.Error(err)
			}
		}
		if err := sealers.Add(name, registryfs.Content{}, strings.NewReader(content)); err != nil {
			t.Error(err)
		}
	}
	got := map[string]string{}
	groups, err := registryfs.Groups(imagesOf(t, sealers))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range groups[0].Entries {
		if entry.Blob == "" {
			got[entry.Name] = string(entry.Data)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links, sealer's (-) and ours (+):\n%s", diff)
	}
}

// readLinks reads the sample: one "path: content" a line.
func readLinks(t *testing.T) map[string]string {
	data, err := os.ReadFile("../../testdata/sealer/registry-links.txt")
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		if name, content, ok := strings.Cut(lines.Text(), ": "); ok {
			links[name] = content
		}
	}
	if len(links) < 20 {
		t.Fatalf("only %d links in the sample", len(links))
	}
	return links
}

// imagesOf makes images out of a tree without content, where the tag tells the
// root of a repository and any other revision is the manifest of the platform.
func imagesOf(t *testing.T, tree *registryfs.Tree) []registryfs.Image {
	var images []registryfs.Image
	for _, repository := range tree.Repositories() {
		tag := tree.Tags(repository)[0]
		root, ok := tree.Resolve(repository, tag)
		if !ok {
			t.Fatalf("%s:%s leads nowhere", repository, tag)
		}
		manifest := registryfs.Manifest{Descriptor: ocispec.Descriptor{Digest: root}}
		for _, revision := range tree.Revisions(repository) {
			if revision != root {
				manifest.Descriptor.Digest = revision
			}
		}
		layers := tree.Layers(repository)
		manifest.Config.Digest = layers[0]
		for _, dgst := range layers[1:] {
			manifest.Layers = append(manifest.Layers, ocispec.Descriptor{Digest: dgst})
		}
		images = append(images, registryfs.Image{
			Ref:       reference.Ref{Domain: "127.0.0.1:5055", Path: repository, Tag: tag},
			Root:      ocispec.Descriptor{Digest: root},
			Manifests: []registryfs.Manifest{manifest}, Owners: []string{"all"},
		})
	}
	return images
}
