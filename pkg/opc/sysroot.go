package opc

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// sysroot unpacks packages with C libraries into a directory within dir; it is
// empty when there are none.
func (r *locker) sysroot(ctx context.Context, sources []string, dir string) (string, error) {
	if len(sources) == 0 {
		return "", nil
	}
	root := filepath.Join(dir, "sysroot")
	for _, d := range r.plan.Downloads {
		for _, source := range sources {
			if d.Source == source {
				if err := r.unpackLibrary(ctx, d, root); err != nil {
					return "", fmt.Errorf("%s: %w", source, err)
				}
			}
		}
	}
	return root, nil
}

// unpackLibrary unpacks headers and libraries of a package. Links are left out:
// they lead to shared libraries, which are not wanted.
func (r *locker) unpackLibrary(ctx context.Context, d compose.Download, root string) error {
	blob, err := r.store.Open(digest.NewDigestFromEncoded(digest.SHA256, d.SHA256))
	if err != nil {
		return err
	}
	defer blob.Close()
	return unpack.Walk(blob, blob.Size(), func(e unpack.Entry, content io.Reader) error {
		wanted := strings.HasPrefix(e.Name, "usr/include/") || strings.HasPrefix(e.Name, "usr/lib/")
		if !wanted || !e.Mode.IsRegular() || e.Link != "" {
			return ctx.Err()
		}
		name := filepath.Join(root, filepath.FromSlash(e.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, content); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	})
}
