package main

import (
	"context"
	"encoding/json"
	"runtime"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
)

// podImage is the container image of the program that the tests' pods run.
const podImage = "registry.e2e.example/opc/pod:1"

// podProgram is the program in it.
const podProgram = "opc-e2e-pod"

// containerize puts a static program into a container image of nothing else,
// and names it in the store.
func containerize(ctx context.Context, into *store.Store, name, program string) (digest.Digest, error) {
	blob, size, err := into.PutFile(ctx, program)
	if err != nil {
		return "", err
	}
	recipe, err := layer.New([]layer.Entry{{Name: podProgram, Mode: 0o755, Blob: blob, Size: size}})
	if err != nil {
		return "", err
	}
	files, err := into.PutLayer(ctx, recipe, nil)
	if err != nil {
		return "", err
	}
	config := ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: runtime.GOARCH},
		Config:   ocispec.ImageConfig{Entrypoint: []string{"/" + podProgram}},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{files.Digest}},
	}
	described, err := putJSON(ctx, into, ocispec.MediaTypeImageConfig, config)
	if err != nil {
		return "", err
	}
	manifest, err := putJSON(ctx, into, ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Config: described, Layers: []ocispec.Descriptor{files},
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
