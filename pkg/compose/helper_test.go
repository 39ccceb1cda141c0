package compose_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
)

// fixture is what a test composes from.
type fixture struct {
	kubefile   string            // without FROM it gets FROM scratch
	context    map[string]string // files of the build context, see write
	components map[string]string // more lines of component.yaml, by name
	profiles   map[string]string // Kubefiles
	request    func(*compose.Request)
}

// write makes the files of a build context. A name that ends in "*" is
// executable, one that ends in "/" is a directory, and content that begins with
// "-> " makes a symlink.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, strings.TrimRight(name, "*/"))
		parent := filepath.Dir(file)
		if strings.HasSuffix(name, "/") {
			parent = file
		}
		err := os.MkdirAll(parent, 0o777)
		target, isLink := strings.CutPrefix(content, "-> ")
		switch {
		case err != nil || parent == file:
		case isLink:
			err = os.Symlink(target, file)
		case strings.HasSuffix(name, "*"):
			err = os.WriteFile(file, []byte(content), 0o700)
		default:
			err = os.WriteFile(file, []byte(content), 0o640)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func parse(t *testing.T, name, text string) *kubefile.File {
	t.Helper()
	file, err := kubefile.Parse(name, strings.NewReader(text), kubefile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// component is a definition that loads, with more lines.
func component(name, lines string) string {
	return fmt.Sprintf(`name: %s
title: Demo
group: foundation
description: For tests.
version: "1.0"
licence: {spdx: MIT}
platforms: [linux/amd64, linux/arm64]
namespace: demo
%s
`, name, lines)
}

// folder is a catalog in memory. "name" is a component.yaml, "name/file" a file
// beside one.
func folder(components map[string]string) fs.FS {
	fsys := fstest.MapFS{}
	for name, text := range components {
		if !strings.Contains(name, "/") {
			name, text = name+"/component.yaml", component(name, text)
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

// build composes a fixture.
func build(t *testing.T, f fixture) (*compose.Plan, error) {
	t.Helper()
	if !strings.Contains(f.kubefile, "FROM ") {
		f.kubefile = "FROM scratch\n" + f.kubefile
	}
	r := compose.Request{
		Name: "test", Kubefile: parse(t, "Kubefile", f.kubefile), Platforms: []string{"linux/amd64"},
	}
	if f.context != nil {
		dir := t.TempDir()
		write(t, dir, f.context)
		dirContext, err := compose.OpenContext(dir, "Kubefile")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { dirContext.Close() })
		r.Context = dirContext
	}
	if f.components != nil {
		c, err := catalog.Load(folder(f.components))
		if err != nil {
			t.Fatal(err)
		}
		r.Catalog = c
	}
	if f.profiles != nil {
		r.Profile = func(name string) (*kubefile.File, *compose.Context, error) {
			text, ok := f.profiles[name]
			if !ok {
				return nil, nil, fs.ErrNotExist
			}
			files := fstest.MapFS{"base.txt": {Data: []byte("base")}}
			return parse(t, name+"/Kubefile", text), compose.EmbeddedContext(files), nil
		}
	}
	if f.request != nil {
		f.request(&r)
	}
	return compose.Compose(t.Context(), r)
}

// plan composes a fixture that is right.
func plan(t *testing.T, f fixture) *compose.Plan {
	t.Helper()
	p, err := build(t, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// list shows files of a plan, a line each: mode, name, what differs from the
// ordinary, and what is in them.
func list(t *testing.T, files []compose.File) string {
	t.Helper()
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%v %s", f.Mode, f.Name)
		if f.UID != 0 || f.GID != 0 {
			fmt.Fprintf(&b, " %d:%d", f.UID, f.GID)
		}
		if f.Platform != "" {
			fmt.Fprintf(&b, " [%s]", f.Platform)
		}
		if f.Phase != 0 {
			fmt.Fprintf(&b, " phase %d", f.Phase)
		}
		switch c := f.Content; {
		case f.Link != "":
			fmt.Fprintf(&b, " -> %s", f.Link)
		case c.Source != "":
			fmt.Fprintf(&b, " <- %s", strings.TrimSuffix(c.Source+"!"+c.Member, "!"))
		case f.Mode.IsRegular():
			fmt.Fprintf(&b, " = %s", read(t, f.Content))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func read(t *testing.T, c compose.Content) string {
	t.Helper()
	if c.Local == "" {
		return string(c.Data)
	}
	r, err := c.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// archive is a compressed tar whose files hold what their Linkname says.
func archive(t *testing.T, headers ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
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
	for _, c := range []io.Closer{w, z} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// checksum measures a plan and gives its checksum.
func checksum(t *testing.T, p *compose.Plan) string {
	t.Helper()
	if err := p.Measure(context.Background()); err != nil {
		t.Fatal(err)
	}
	sum, err := p.Checksum()
	if err != nil {
		t.Fatal(err)
	}
	return sum.String()
}
