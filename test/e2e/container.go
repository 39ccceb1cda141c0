package main

import (
	"context"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
	"github.com/opc-source/opc-image/test/e2e/real"
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
	return real.Assemble(ctx, into, name,
		[]layer.Entry{{Name: podProgram, Mode: 0o755, Blob: blob, Size: size}},
		ocispec.ImageConfig{Entrypoint: []string{"/" + podProgram}})
}
