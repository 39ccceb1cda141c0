package rehearse_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// layers lists the layer digests of an image's platforms.
func layers(t *testing.T, u *rehearse.Upstream, image string) (all []string) {
	t.Helper()
	idx := index(t, u, image)
	manifest, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, desc := range manifest.Manifests {
		img, err := idx.Image(desc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		m, err := img.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range m.Layers {
			all = append(all, layer.Digest.String())
		}
	}
	return all
}

func TestFamiliesShareABase(t *testing.T) {
	t.Parallel()
	u := start(t, inventory, rehearse.Options{Divisor: 1})
	pilot := layers(t, u, "registry.istio.io/release/pilot:1.30.3")
	proxy := layers(t, u, "registry.istio.io/release/proxyv2:1.30.3")
	nginx := layers(t, u, "docker.io/library/nginx:1.27")
	for i, arch := range []string{"amd64", "arm64"} {
		if pilot[i*4] != proxy[i*4] {
			t.Errorf("%s: two images of one family have no common base", arch)
		}
		if pilot[i*4] == nginx[i*4] {
			t.Errorf("%s: images of two families share a base", arch)
		}
	}
	if pilot[1] != pilot[5] || pilot[0] == pilot[4] || pilot[3] == pilot[7] {
		t.Error("the platforms of an image must share the second layer and no other")
	}
}

// TestSameNameSameBytes holds what makes a rehearsal repeatable: the bytes
// follow from the name, not from the process or the rest of the catalog.
func TestSameNameSameBytes(t *testing.T) {
	t.Parallel()
	whole := start(t, inventory, rehearse.Options{Divisor: 1})
	alone := start(t, rehearse.Inventory{Images: inventory.Images[1:2]}, rehearse.Options{Divisor: 1})
	const path = "/v2/registry.istio.io/release/pilot/manifests/1.30.3"
	_, a := get(t, whole, path, nil)
	_, b := get(t, alone, path, nil)
	if !bytes.Equal(a, b) {
		t.Errorf("two upstreams serve different stand-ins of one image:\n%s\n%s", a, b)
	}
}

// TestBlobBeforeManifest fetches by digest from an upstream that was not asked
// for the manifest, as a build does that has a lock.
func TestBlobBeforeManifest(t *testing.T) {
	t.Parallel()
	first := start(t, inventory, rehearse.Options{Divisor: 1})
	digests := layers(t, first, "docker.io/library/nginx:1.27")
	second := start(t, inventory, rehearse.Options{Divisor: 1})
	path := "/v2/docker.io/library/nginx/blobs/" + digests[3]
	resp, whole := get(t, second, path, nil)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("got %s", resp.Status)
	}
	for _, r := range [][2]int{{0, 1}, {9, 20}, {10000, 70000}, {len(whole) - 9, len(whole) - 1}} {
		header := http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", r[0], r[1])}}
		resp, piece := get(t, second, path, header)
		if resp.StatusCode != http.StatusPartialContent || !bytes.Equal(piece, whole[r[0]:r[1]+1]) {
			t.Errorf("range %v: %s, %d bytes, not what the whole has there", r, resp.Status, len(piece))
		}
	}
	var got []rehearse.Count
	for _, c := range second.Counts() {
		if c.Path == path {
			c.Bytes = 0
			got = append(got, c)
		}
	}
	if diff := cmp.Diff([]rehearse.Count{{Path: path, Gets: 5}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSizesAreScaled(t *testing.T) {
	t.Parallel()
	big := rehearse.Inventory{Images: []rehearse.Image{{Name: "a/b:1", Size: 1 << 30}}}
	u := start(t, big, rehearse.Options{Limit: 1 << 20})
	var total int64
	idx := index(t, u, "docker.io/a/b:1")
	manifest, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, desc := range manifest.Manifests {
		img, err := idx.Image(desc.Digest)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := img.Manifest()
		for _, l := range m.Layers {
			total += l.Size
		}
	}
	if total < 1<<19 || total > 1<<20+1<<16 {
		t.Errorf("2 GiB scaled to at most 1 MiB weigh %d bytes", total)
	}
}
