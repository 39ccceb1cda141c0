// Package kustomize builds kustomization directories in memory: no network, no
// plugins, and nothing read from outside the directory tree that was handed in.
package kustomize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// Limits bounds the directory tree. The zero value means the defaults.
type Limits struct {
	Bytes int64 // all files; default 64 MiB
	Files int   // default 5,000
}

// Build builds the kustomization in directory dir of fsys and returns its
// documents in kustomize's order. Every base and component has to lie in fsys; a
// remote one is an error that says which file names it.
func Build(ctx context.Context, fsys fs.FS, dir string, limits Limits) ([]manifest.Document, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limits.Bytes == 0 {
		limits.Bytes = 64 << 20
	}
	if limits.Files == 0 {
		limits.Files = 5_000
	}
	mem, err := copyTree(fsys, limits)
	if err != nil {
		return nil, fmt.Errorf("kustomize %s: %w", dir, err)
	}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(mem, path.Join("/", dir))
	if err != nil {
		return nil, fmt.Errorf("kustomize %s: %w", dir, err)
	}
	text, err := resources.AsYaml()
	if err != nil {
		return nil, fmt.Errorf("kustomize %s: %w", dir, err)
	}
	return manifest.Split(path.Join(dir, "kustomization.yaml"), text, manifest.Limits{})
}

// copyTree reads the regular files of fsys into memory and checks the
// kustomizations among them.
func copyTree(fsys fs.FS, limits Limits) (filesys.FileSystem, error) {
	mem := filesys.MakeFsInMemory()
	left, files := limits.Bytes, 0
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if files++; files > limits.Files {
			return fmt.Errorf("more than the %d files allowed", limits.Files)
		}
		data, err := readFile(fsys, name, left)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if left -= int64(len(data)); left < 0 {
			return fmt.Errorf("%s: the files hold more than the %d bytes allowed", name, limits.Bytes)
		}
		if isKustomization(name) {
			if err := checkLocal(fsys, name, data); err != nil {
				return err
			}
		}
		return mem.WriteFile("/"+name, data)
	})
	return mem, err
}

// readFile reads a file, or one byte more than limit of it.
func readFile(fsys fs.FS, name string, limit int64) (data []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, limit+1))
}
