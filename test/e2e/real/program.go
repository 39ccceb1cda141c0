package real

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/store"
)

// Archives are the programs for hosts of components, nil for all, each in an
// archive as upstream publishes it, by its URL. A store remembers what was
// compiled.
func (d *Definition) Archives(ctx context.Context, s *store.Store, components []*catalog.Component, log func(string)) (map[string][]byte, error) {
	m, err := newMaker(s, log)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(m.work)
	archives := map[string][]byte{}
	for url, p := range d.Programs {
		if components != nil && !slices.ContainsFunc(components, func(c *catalog.Component) bool { return has(c, url) }) {
			continue
		}
		// An image with nothing else.
		entries, err := m.compiled(ctx, Image{Module: p.Module, Sum: p.Sum, Stamp: p.Stamp, Programs: map[string]string{"/program": p.Package}})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", url, err)
		}
		blob, err := s.Open(entries[0].Blob)
		if err != nil {
			return nil, err
		}
		archives[url], err = pack(p.Member, blob, blob.Size())
		blob.Close()
		if err != nil {
			return nil, err
		}
	}
	return archives, nil
}

// has tells whether a component has a file for hosts from a URL.
func has(c *catalog.Component, url string) bool {
	return slices.ContainsFunc(c.Install.HostFiles, func(f catalog.File) bool { return f.URL == url })
}

// pack puts one program into an archive.
func pack(name string, content io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	zip, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(zip)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: size, Format: tar.FormatUSTAR}); err != nil {
		return nil, err
	}
	if _, err := io.Copy(w, content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	err = zip.Close()
	return b.Bytes(), err
}
