package chart

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Load reads a chart archive (.tgz) with its sub-charts, packed or not.
func Load(r io.Reader, limits Limits) (*Chart, error) {
	limits = limits.withDefaults()
	b := &budget{limits: limits}
	files, err := readArchive(r, "", 0, b)
	if err != nil {
		return nil, fmt.Errorf("chart archive: %w", invalid(err))
	}
	return newChart(files, limits)
}

// budget counts what a chart has used of its limits, sub-charts included.
type budget struct {
	limits Limits
	bytes  int64
	files  int
}

// read reads one file and charges it.
func (b *budget) read(name string, r io.Reader) ([]byte, error) {
	b.files++
	if b.files > b.limits.Files {
		return nil, fmt.Errorf("%s: more than the %d files allowed in a chart", name, b.limits.Files)
	}
	left := b.limits.UnpackedBytes - b.bytes
	data, err := io.ReadAll(io.LimitReader(r, left+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(data)) > left {
		return nil, fmt.Errorf("%s: the chart unpacks to more than the %d bytes allowed", name, b.limits.UnpackedBytes)
	}
	b.bytes += int64(len(data))
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// readArchive unpacks an archive; prefix is where its files go in the parent.
func readArchive(r io.Reader, prefix string, depth int, b *budget) ([]file, error) {
	if depth > b.limits.Depth {
		return nil, fmt.Errorf("%s: sub-charts nest more than the %d levels allowed", prefix, b.limits.Depth)
	}
	limited := &io.LimitedReader{R: r, N: b.limits.ArchiveBytes + 1}
	zip, err := gzip.NewReader(limited)
	if err != nil {
		return nil, fmt.Errorf("%snot a gzip stream: %w", prefix, err)
	}
	entries := tar.NewReader(zip)
	var files []file
	for {
		header, err := entries.Next()
		if limited.N <= 0 {
			return nil, fmt.Errorf("%sthe archive is larger than the %d bytes allowed", prefix, b.limits.ArchiveBytes)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%sread tar: %w", prefix, err)
		}
		if header.Typeflag != tar.TypeReg {
			continue // as helm: links and devices are no part of a chart
		}
		name, err := entryName(header.Name)
		if err != nil {
			return nil, err
		}
		data, err := b.read(prefix+name, entries)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, data})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%sno files in the archive", prefix)
	}
	return unpackNested(files, prefix, depth, b)
}

// entryName drops the chart's own folder from an entry's name and refuses names
// that would leave it.
func entryName(name string) (string, error) {
	if path.IsAbs(name) || strings.Contains(name, `\`) {
		return "", fmt.Errorf("entry %q: a chart holds relative slash paths only", name)
	}
	clean := path.Clean(name)
	_, rest, ok := strings.Cut(clean, "/")
	if !ok || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", fmt.Errorf("entry %q: not inside the chart's own folder", name)
	}
	return rest, nil
}

// unpackNested replaces each packed sub-chart charts/x.tgz by its files, so that
// one budget covers them all.
func unpackNested(files []file, prefix string, depth int, b *budget) ([]file, error) {
	var out []file
	for _, f := range files {
		dir, base := path.Split(f.name)
		if path.Base(dir) != "charts" || path.Ext(base) != ".tgz" || strings.ContainsAny(base[:1], "._") {
			out = append(out, f)
			continue
		}
		folder := dir + strings.TrimSuffix(base, ".tgz") + "/"
		nested, err := readArchive(bytes.NewReader(f.data), prefix+folder, depth+1, b)
		if err != nil {
			return nil, err
		}
		for _, n := range nested {
			out = append(out, file{folder + n.name, n.data})
		}
	}
	return out, nil
}
