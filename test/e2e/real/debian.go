package real

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/unpack"
)

// debian are members of a package.
func (m *maker) debian(ctx context.Context, i Image) ([]layer.Entry, error) {
	pkg, ok := i.Debian[runtime.GOARCH]
	if !ok {
		return nil, fmt.Errorf("real.yaml names no package of it for %s; add one", runtime.GOARCH)
	}
	pkg.Arch = runtime.GOARCH
	var entries []layer.Entry
	for place, member := range i.Members {
		blob, size, err := m.member(ctx, pkg, member)
		if err != nil {
			return nil, err
		}
		entries = append(entries, layer.Entry{Name: place[1:], Mode: 0o755, Blob: blob, Size: size})
	}
	return entries, nil
}

// member brings a file of a package into the store, unless it is there.
func (m *maker) member(ctx context.Context, pkg aptget.Package, member string) (digest.Digest, int64, error) {
	made, err := key(pkg, member)
	if err != nil {
		return "", 0, err
	}
	if blob, size, ok := m.into.Made(made); ok {
		return blob, size, nil
	}
	name, err := m.apt.Fetch(ctx, pkg, m.work)
	if err != nil {
		return "", 0, err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	content, err := unpack.Open(f, info.Size(), member)
	if err != nil {
		return "", 0, fmt.Errorf("%s of the package %s: %w", member, pkg.Name, err)
	}
	defer content.Close()
	w, err := m.into.Writer(ctx)
	if err != nil {
		return "", 0, err
	}
	defer w.Close()
	if _, err := io.Copy(w, content); err != nil {
		return "", 0, err
	}
	blob, size, err := w.Commit()
	if err != nil {
		return "", 0, err
	}
	return blob, size, m.into.Remember(made, blob, size)
}
