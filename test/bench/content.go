package main

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// blobs is a directory of content by digest, like that of an OCI image layout.
type blobs string

func (b blobs) path(d digest.Digest) string { return filepath.Join(string(b), d.Encoded()) }

// gzipHeader begins each layer, so that nobody takes it for one that is still to
// be compressed, and compresses it.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// random stores size bytes that no compressor can shrink, always the same for
// one name.
func (b blobs) random(name string, size int64) (ocispec.Descriptor, error) {
	f, err := os.CreateTemp(string(b), ".new-")
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	source := io.MultiReader(strings.NewReader(gzipHeader), rand.NewChaCha8(sha256.Sum256([]byte(name))))
	hash := digest.Canonical.Hash()
	if _, err := io.CopyBuffer(io.MultiWriter(f, hash), io.LimitReader(source, size), make([]byte, 256<<10)); err != nil {
		return ocispec.Descriptor{}, err
	}
	d := digest.NewDigest(digest.Canonical, hash)
	desc := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayerGzip, Digest: d, Size: size}
	return desc, os.Rename(f.Name(), b.path(d))
}

// document stores a value as JSON.
func (b blobs) document(mediaType string, v any) (ocispec.Descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	d := digest.FromBytes(data)
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(data))}
	return desc, os.WriteFile(b.path(d), data, 0o666)
}

// read reads a JSON document.
func (b blobs) read(d digest.Digest, v any) error {
	data, err := os.ReadFile(b.path(d))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}
