package rehearse

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// read returns all of a download.
func read(t *testing.T, f File, divisor int64) []byte {
	t.Helper()
	d, err := newGenerator(divisor).download(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(io.NewSectionReader(d.content, 0, d.content.Size()))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestManifestTakesEdits(t *testing.T) {
	t.Parallel()
	const image = "docker.io/library/busybox:1.37"
	for name, edits := range map[string][]catalog.Edit{
		"none":              nil,
		"a line":            {{Find: "image: busybox", Replace: "image: " + image}},
		"three times":       {{Find: "busybox", Replace: image, Count: 3}},
		"part of the image": {{Find: "library/busybox", Replace: "x"}, {Find: "docker.io", Replace: "y", Count: 2}},
		"made by an edit":   {{Find: "aaa", Replace: "bbb"}, {Find: "bbb", Replace: "ccc"}},
		"several lines":     {{Find: "spec:\n      a: b\n", Replace: "spec:\n      a: c\n"}},
		"less indented":     {{Find: "x:\n y: z", Replace: "x:\n y: y"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := string(read(t, File{URL: "https://h/m.yaml", Images: []string{image}, Edits: edits}, 1))
			for _, e := range edits {
				if got := strings.Count(body, e.Find); got != max(1, e.Count) {
					t.Errorf("%q occurs %d times, want %d, in:\n%s", e.Find, got, e.Count, body)
				}
				body = strings.ReplaceAll(body, e.Find, e.Replace)
			}
			var found []string
			for _, doc := range strings.Split(body, "\n---\n") {
				found = append(found, containerImages(t, doc)...)
			}
			if !slices.Equal(found, []string{image}) {
				t.Errorf("found %q in the edited manifest:\n%s", found, body)
			}
		})
	}
}

// containerImages decodes a document and lists the images of its containers.
func containerImages(t *testing.T, doc string) (images []string) {
	t.Helper()
	var object struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct{ Image string } `json:"containers"`
				} `json:"spec"`
			} `json:"template"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal([]byte(doc), &object); err != nil {
		t.Fatalf("%v in:\n%s", err, doc)
	}
	for _, c := range object.Spec.Template.Spec.Containers {
		images = append(images, c.Image)
	}
	return images
}

func TestArchives(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.tar", "a.tar.gz", "A.TGZ", "a.zip", "a.jar", "a.tar.xz"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := read(t, File{URL: "https://h/" + name, Members: []string{"z/tool", "b", "b"}}, 1)
			want := []string{NoteFile, "b", "z/tool"}
			if got := list(t, name, data); !slices.Equal(got, want) {
				t.Errorf("holds %q, want %q", got, want)
			}
		})
	}
}

// list names the files of an archive; xz is read by the program of that name.
func list(t *testing.T, name string, data []byte) (names []string) {
	t.Helper()
	var r io.Reader = bytes.NewReader(data)
	var err error
	switch formatOf(name) {
	case formatZip:
		zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range zr.File {
			names = append(names, f.Name)
		}
		return names
	case formatTarGzip:
		r, err = gzip.NewReader(r)
	case formatTarXZ:
		program, lookErr := exec.LookPath("xz")
		if lookErr != nil {
			t.Skip("no xz in PATH")
		}
		cmd := exec.CommandContext(t.Context(), program, "-dc")
		cmd.Stdin = r
		var out []byte
		out, err = cmd.Output()
		r = bytes.NewReader(out)
	}
	if err != nil {
		t.Fatal(err)
	}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
}

func TestPlainFiles(t *testing.T) {
	t.Parallel()
	small := read(t, File{URL: "https://h/tool"}, 1)
	if !bytes.HasPrefix(small, []byte("#!/bin/sh\n")) {
		t.Errorf("a program's stand-in is %q", small)
	}
	big := read(t, File{URL: "https://h/data.bin", Size: 64 << 20}, 64)
	if len(big) != 1<<20 || !bytes.HasPrefix(big, []byte("This is a stand-in for https://h/data.bin")) {
		t.Errorf("a scaled file has %d bytes and begins %q", len(big), big[:50])
	}
	if _, err := newGenerator(1).download(File{URL: "https://h/a.rpm", Members: []string{"x"}}); err == nil {
		t.Error("a member of what is no archive goes through")
	}
}

// TestXZLong crosses the chunk size.
func TestXZLong(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("xz")
	if err != nil {
		t.Skip("no xz in PATH")
	}
	for _, size := range []int{0, 1, 1 << 16, 1<<16 + 1, 200_003} {
		want := bytes.Repeat([]byte("x"), size)
		cmd := exec.CommandContext(t.Context(), program, "-dc")
		cmd.Stdin = bytes.NewReader(xz(want))
		if got, err := cmd.Output(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes do not come back from xz: %v", size, err)
		}
	}
}
