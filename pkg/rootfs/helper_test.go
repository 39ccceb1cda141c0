package rootfs_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/store"
)

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *store.Store, data []byte) digest.Digest {
	t.Helper()
	d, err := s.Put(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func putJSON(t *testing.T, s *store.Store, v any) ocispec.Descriptor {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: put(t, s, data), Size: int64(len(data))}
}

// file is a tar entry of a regular file; content is in Linkname until it is
// written.
func file(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Linkname: content, Mode: 0o644}
}

func dir(name string) tar.Header { return tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o750} }

func tarOf(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content, h.Linkname = h.Linkname, ""
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// encodings compress a layer, by media type.
var encodings = map[string]func(io.Writer) (io.WriteCloser, error){
	ocispec.MediaTypeImageLayer:                         func(w io.Writer) (io.WriteCloser, error) { return nopCloser{w}, nil },
	ocispec.MediaTypeImageLayerGzip:                     func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	ocispec.MediaTypeImageLayerZstd:                     func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
	"application/vnd.docker.image.rootfs.diff.tar.gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// putLayer stores a layer.
func putLayer(t *testing.T, s *store.Store, mediaType string, tar []byte) ocispec.Descriptor {
	t.Helper()
	var b bytes.Buffer
	w, err := encodings[mediaType](&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(tar); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return ocispec.Descriptor{MediaType: mediaType, Digest: put(t, s, b.Bytes()), Size: int64(b.Len())}
}

// manifest stores an image of the layers.
func manifest(t *testing.T, s *store.Store, layers ...ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	config := ocispec.Image{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}}
	return putJSON(t, s, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: putJSON(t, s, config), Layers: layers,
	})
}

// image opens an image of layers, lowest first.
func image(t *testing.T, s *store.Store, mediaType string, layers ...[]tar.Header) *rootfs.Image {
	t.Helper()
	var descs []ocispec.Descriptor
	for _, headers := range layers {
		descs = append(descs, putLayer(t, s, mediaType, tarOf(t, headers...)))
	}
	img, err := rootfs.OpenImage(t.Context(), manifest(t, s, descs...), s)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// contents are the files of a file system by name; directories end in "/" and
// links have their target.
func contents(t *testing.T, fsys fs.FS) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || name == ".":
			return err
		case entry.IsDir():
			found[name+"/"] = ""
			return nil
		case entry.Type() == fs.ModeSymlink:
			target, err := fs.ReadLink(fsys, name)
			found[name] = "-> " + target
			return err
		case !entry.Type().IsRegular():
			found[name] = entry.Type().String()
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		found[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func item(name, content string) rootfs.Item {
	return rootfs.Item{Entry: layer.Entry{Name: name, Mode: 0o644, Data: []byte(content)}}
}
