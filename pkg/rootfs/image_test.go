package rootfs_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
)

func digestOf(text string) string { return digest.FromString(text).Encoded() }

// TestLayers reads layers over one another, in each encoding.
func TestLayers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789abcdef", 1<<16+1) // longer than what is kept in memory
	lower := []tar.Header{
		dir("./etc/"), file("./etc/a", "lower"), file("etc/b", "b"), file("/etc/c", "c"), file("long", long),
		file("opaque/x", "x"), file("opaque/deep/y", "y"), file("keep/z", "z"), file("tree/of/files", "f"),
		{Typeflag: tar.TypeSymlink, Name: "soft", Linkname: "etc/a"},
		{Typeflag: tar.TypeLink, Name: "hard", Linkname: "etc/a"},
		{Typeflag: tar.TypeChar, Name: "dev", Devmajor: 1},
	}
	upper := []tar.Header{
		file("etc/a", "upper"), file("etc/.wh.b", ""), file("etc/.wh.never-was", ""),
		// A whiteout behind what its layer brings itself hides only what is below.
		file("opaque/new", "new"), file("opaque/.wh..wh..opq", ""), file("etc/c", "again"), file("etc/.wh.c", ""),
		file(".wh.tree", ""), file("dev/x", "was a device"), file("keep/.wh..wh.plnk", ""), file(".wh.", ""),
		{Typeflag: tar.TypeLink, Name: "hard2", Linkname: "./long"},
	}
	want := map[string]string{
		"etc/": "", "etc/a": "upper", "etc/c": "again", "long": long, "opaque/": "", "opaque/new": "new",
		"keep/": "", "keep/z": "z", "soft": "-> etc/a", "hard": "lower", "hard2": long, "dev/": "", "dev/x": "was a device",
	}
	for mediaType := range encodings {
		t.Run(mediaType, func(t *testing.T) {
			t.Parallel()
			img := image(t, open(t), mediaType, lower, upper)
			if diff := cmp.Diff(want, contents(t, img)); diff != "" {
				t.Error(diff)
			}
			for name, want := range map[string][]string{"etc/a": {"upper", "lower"}, "etc/c": {"again"}, "dev/x": {"was a device"}, "soft": nil, "etc": nil, "gone": nil} {
				all, err := img.ReadAllVersions(name)
				if diff := cmp.Diff(strings.Join(want, "|"), string(bytes.Join(all, []byte("|")))); diff != "" || (err == nil) != (want != nil) {
					t.Errorf("%s: %s %v", name, diff, err)
				}
			}
			if img.Config.Architecture != "amd64" || len(img.Manifest.Layers) != 2 {
				t.Errorf("config %+v", img.Config)
			}
			if d, ok := img.Blob("etc/a"); ok {
				t.Errorf("a part of a layer is the blob %s", d)
			}
		})
	}
}

func TestOpaqueRoot(t *testing.T) {
	t.Parallel()
	s := open(t)
	img := image(t, s, ocispec.MediaTypeImageLayer, []tar.Header{file("a", "a")}, []tar.Header{file(".wh..wh..opq", "")})
	if diff := cmp.Diff(map[string]string{}, contents(t, img)); diff != "" {
		t.Error(diff)
	}
}

// registry is an image in a cluster's registry, as entries of a layer.
func registry(t *testing.T, blobs ...string) (headers []tar.Header, digests []digest.Digest) {
	t.Helper()
	for _, content := range blobs {
		d := digest.FromString(content)
		digests = append(digests, d)
		headers = append(headers, file(registryfs.Path{Kind: registryfs.Blob, Digest: d}.String(), content))
		p := registryfs.Path{Kind: registryfs.Layer, Repository: "library/x", Digest: d}
		headers = append(headers, file(p.String(), d.String()))
	}
	return headers, digests
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2<<20)
	headers, digests := registry(t, "short", long)
	hidden := path(t, digests[0])
	for mediaType := range encodings {
		t.Run(mediaType, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			img := image(t, s, mediaType, headers)
			if got := img.Registry.Blobs(); !slices.Equal(got, slices.Sorted(slices.Values(digests))) {
				t.Errorf("blobs %v", got)
			}
			if diff := cmp.Diff(map[string]string{}, contents(t, img)); diff != "" {
				t.Errorf("the registry is part of the file system: %s", diff)
			}
			for i, want := range []string{"short", long} {
				if data, err := img.ReadBlob(digests[i], 4<<20); err != nil || string(data) != want {
					t.Errorf("%d bytes, %v", len(data), err)
				}
				at, _ := img.Registry.Blob(digests[i])
				l, err := img.OpenLayer(at.Layer)
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second time it goes back
					data, err := io.ReadAll(io.NewSectionReader(l, at.Offset, at.Size))
					if err != nil || string(data) != want {
						t.Errorf("%d bytes of the layer, %v", len(data), err)
					}
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}
			if _, err := img.ReadBlob(digests[1], 1<<20); err == nil || !strings.Contains(err.Error(), "more than the limit of 1048576") {
				t.Errorf("above the limit: %v", err)
			}
			if _, err := img.ReadBlob(digest.FromString("gone"), 1); !errors.Is(err, rootfs.ErrNoBlob) {
				t.Errorf("not there: %v", err)
			}
			if _, err := img.OpenLayer(digests[0]); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("a layer of another image: %v", err)
			}
			over := image(t, s, mediaType, headers, []tar.Header{file(hidden, "")})
			if over.Registry.HasLayer("library/x", digests[0]) || !over.Registry.HasLayer("library/x", digests[1]) {
				t.Error("a whiteout does not hide one blob")
			}
			gone := image(t, s, mediaType, headers, []tar.Header{file("registry/.wh..wh..opq", "")})
			if n := len(gone.Registry.Blobs()); n != 0 {
				t.Errorf("%d blobs behind an opaque directory", n)
			}
		})
	}
}

// path is the whiteout of a blob.
func path(t *testing.T, d digest.Digest) string {
	t.Helper()
	name := registryfs.Path{Kind: registryfs.Blob, Digest: d}.String()
	return strings.Replace(name, "/data", "/.wh.data", 1)
}

func TestCorruptBlob(t *testing.T) {
	t.Parallel()
	headers, digests := registry(t, "content")
	headers[0].Linkname = "CONTENT"
	for mediaType := range encodings {
		img := image(t, open(t), mediaType, headers)
		if _, err := img.ReadBlob(digests[0], 100); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: %v", mediaType, err)
		}
	}
}

func TestOpenImageErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	plain, zipped := ocispec.MediaTypeImageLayer, ocispec.MediaTypeImageLayerGzip
	whole := putLayer(t, s, zipped, tarOf(t, file("a", strings.Repeat("a", 5000))))
	half := func() ocispec.Descriptor {
		blob, err := s.Open(whole.Digest)
		if err != nil {
			t.Fatal(err)
		}
		defer blob.Close()
		data := make([]byte, whole.Size/2)
		if _, err := io.ReadFull(blob, data); err != nil {
			t.Fatal(err)
		}
		return ocispec.Descriptor{MediaType: zipped, Digest: put(t, s, data), Size: int64(len(data))}
	}
	short := putLayer(t, s, plain, tarOf(t, file("a", "a")))
	short.Size++
	for name, test := range map[string]struct {
		layer ocispec.Descriptor
		want  string
	}{
		"missing":       {ocispec.Descriptor{MediaType: plain, Digest: digest.FromString("gone"), Size: 1}, "not found"},
		"wrong size":    {short, "the manifest says"},
		"no tar":        {putLayer(t, s, plain, bytes.Repeat([]byte("no tar "), 200)), "bad tar"},
		"no gzip":       {ocispec.Descriptor{MediaType: zipped, Digest: short.Digest, Size: short.Size - 1}, "gzip"},
		"half":          {half(), "unexpected EOF"},
		"up":            {putLayer(t, s, plain, tarOf(t, file("../a", ""))), "leaves the root"},
		"up, zipped":    {putLayer(t, s, zipped, tarOf(t, file("../a", ""))), "leaves the root"},
		"link to void":  {putLayer(t, s, plain, tarOf(t, tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: "b"})), "a is a hard link to b, which is not there"},
		"link to a dir": {putLayer(t, s, zipped, tarOf(t, dir("b"), tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: "b"})), "a is a hard link to b"},
		"bad link":      {putLayer(t, s, plain, tarOf(t, file("registry/docker/registry/v2/repositories/x/_manifests/tags/1/current/link", "none"))), "not a digest"},
	} {
		_, err := rootfs.OpenImage(t.Context(), manifest(t, s, test.layer), s)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "layer 0, sha256:") {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if _, err := rootfs.OpenImage(t.Context(), ocispec.Descriptor{Digest: digest.FromString("gone")}, s); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no manifest: %v", err)
	}
	bad := put(t, s, []byte("{"))
	if _, err := rootfs.OpenImage(t.Context(), ocispec.Descriptor{Digest: bad, Size: 1}, s); err == nil || !strings.Contains(err.Error(), "manifest: sha256:") {
		t.Errorf("no JSON: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	good := manifest(t, s, putLayer(t, s, plain, tarOf(t, file("a", "a"))))
	cancel()
	if _, err := rootfs.OpenImage(ctx, good, s); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestSame holds the files of a plan against the image that is made of them.
func TestSame(t *testing.T) {
	t.Parallel()
	fsys, s := tree(t)
	var headers []tar.Header
	found := contents(t, fsys)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		switch target, isLink := strings.CutPrefix(found[name], "-> "); {
		case strings.HasSuffix(name, "/"):
			headers = append(headers, dir(name))
		case isLink:
			headers = append(headers, tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target})
		default:
			headers = append(headers, file(name, found[name]))
		}
	}
	img := image(t, s, ocispec.MediaTypeImageLayerZstd, headers)
	if diff := cmp.Diff(found, contents(t, img)); diff != "" {
		t.Error(diff)
	}
	if err := fstest.TestFS(img, "bin/tool"); err != nil {
		t.Error(err)
	}
}
