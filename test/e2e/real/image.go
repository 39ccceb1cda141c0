package real

import (
	"context"
	"encoding/json"
	"io/fs"
	"runtime"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
)

// ground is what upstreams' own grounds have as well: users, and a place for
// temporary files.
func ground() []layer.Entry {
	return []layer.Entry{
		{Name: "tmp", Kind: layer.Dir, Mode: fs.ModePerm | fs.ModeSticky},
		{Name: "etc/passwd", Mode: 0o644, Data: []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\nnonroot:x:65532:65532:nonroot:/:/bin/false\n")},
		{Name: "etc/group", Mode: 0o644, Data: []byte("root:x:0:\nnogroup:x:65534:\nnonroot:x:65532:\n")},
	}
}

// tree are a file, or a directory with all in it, under another name.
func tree(from fs.FS, root, as string) ([]layer.Entry, error) {
	var entries []layer.Entry
	err := fs.WalkDir(from, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		entries = append(entries, layer.Entry{Name: as + strings.TrimPrefix(name, root), Mode: 0o644, Data: data})
		return err
	})
	return entries, err
}

func config(i Image) ocispec.ImageConfig {
	env := append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, i.Env...)
	return ocispec.ImageConfig{Entrypoint: i.entrypoint(), User: i.User, Env: env}
}

// Assemble puts files into a container image of one layer, for this machine's
// architecture, and names it in a store. It gives the digest of its manifest.
func Assemble(ctx context.Context, into *store.Store, name string, files []layer.Entry, c ocispec.ImageConfig) (digest.Digest, error) {
	recipe, err := layer.New(files)
	if err != nil {
		return "", err
	}
	packed, err := into.PutLayer(ctx, recipe, nil)
	if err != nil {
		return "", err
	}
	config, err := putJSON(ctx, into, ocispec.MediaTypeImageConfig, ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: runtime.GOARCH},
		Config:   c,
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{packed.Digest}},
	})
	if err != nil {
		return "", err
	}
	manifest, err := putJSON(ctx, into, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: config, Layers: []ocispec.Descriptor{packed},
	})
	if err != nil {
		return "", err
	}
	return manifest.Digest, into.Tag(ctx, name, manifest)
}

func putJSON(ctx context.Context, into *store.Store, mediaType string, v any) (ocispec.Descriptor, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	dgst, err := into.Put(ctx, data)
	return ocispec.Descriptor{MediaType: mediaType, Digest: dgst, Size: int64(len(data))}, err
}
