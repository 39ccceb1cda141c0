package archive_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/archive"
)

func digestOf(hex string) digest.Digest { return digest.NewDigestFromEncoded(digest.SHA256, hex) }

// TestHostile changes a good archive into a bad one and loads it by seeking, and
// as a stream.
func TestHostile(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	good := readMembers(t, save(t, from, builder{t, from}.image("amd64"), archive.SaveOptions{}))
	// good is: oci-layout, index.json, two directories, the manifest, and blobs.
	add := func(extra ...member) func([]member) []member {
		return func(m []member) []member { return append(m, extra...) }
	}
	replace := func(i int, old, new string) func([]member) []member {
		return func(m []member) []member {
			if !bytes.Contains(m[i].data, []byte(old)) {
				panic(fmt.Sprintf("%s has no %q", m[i].name, old))
			}
			m[i].data = bytes.Replace(m[i].data, []byte(old), []byte(new), 1)
			return m
		}
	}
	for name, tt := range map[string]struct {
		change func([]member) []member
		want   string
	}{
		"traversal":        {add(member{name: "../../etc/passwd", data: []byte("x")}), "leads out"},
		"inner traversal":  {add(member{name: "blobs/../../x", data: []byte("x")}), "leads out"},
		"absolute":         {add(member{name: "/etc/passwd", data: []byte("x")}), "leads out"},
		"backslash":        {add(member{name: `..\x`, data: []byte("x")}), "leads out"},
		"symlink":          {add(member{name: "x", kind: tar.TypeSymlink, link: "/etc/passwd"}), "link or device"},
		"hard link":        {add(member{name: "x", kind: tar.TypeLink, link: "index.json"}), "link or device"},
		"device":           {add(member{name: "x", kind: tar.TypeChar}), "link or device"},
		"pipe":             {add(member{name: "x", kind: tar.TypeFifo}), "link or device"},
		"second index":     {add(member{name: "index.json", data: []byte("{}")}), "there twice"},
		"second by ./":     {add(member{name: "./index.json", data: []byte("{}")}), "there twice"},
		"second blob":      {func(m []member) []member { return append(m, m[5]) }, "there twice"},
		"blob by no name":  {add(member{name: "blobs/sha256/abc", data: []byte("x")}), "named by its digest"},
		"blob of other":    {func(m []member) []member { m[5].data[0] ^= 1; return m }, m5(good)},
		"manifest changed": {func(m []member) []member { m[4].data[0] ^= 1; return m }, good[4].name[13:]},
		"blob missing":     {func(m []member) []member { return slices.Delete(m, 5, 6) }, "not complete"},
		"manifest missing": {func(m []member) []member { return slices.Delete(m, 4, 5) }, good[4].name[13:]},
		"blob longer":      {func(m []member) []member { m[5].data = append(m[5].data, 0); return m }, good[5].name[13:]},
		"manifest size":    {replace(1, `"size":`, `"size":1`), "bytes"},
		"manifest huge":    {replace(1, `"size":`, `"size":99999999`), "4194304"},
		"digest is a path": {replace(1, `"digest":"sha256:`, `"digest":"sha256:../`), "digest"},
		"no layout":        {func(m []member) []member { return m[1:] }, "docker-archive"},
		"no index":         {func(m []member) []member { return slices.Delete(m, 1, 2) }, "index.json"},
		"layout version":   {replace(0, "1.0.0", "2.0.0"), `version "2.0.0"`},
		"layout no JSON":   {replace(0, "{", "["), "oci-layout"},
		"index no JSON":    {replace(1, "{", "["), "index.json"},
		"no image":         {func(m []member) []member { m[1].data = []byte(`{"manifests":[]}`); return m }, "lists no image"},
		"index too large":  {func(m []member) []member { m[1].data = bytes.Repeat([]byte(" "), 4<<20+1); return m }, "4194304"},
		"not an image":     {replace(1, "image.manifest.v1+json", "image.layer.v1.tar"), "not an image"},
		"other media type": {replace(1, "image.manifest.v1+json", "image.index.v1+json"), "what points to it"},
		"empty":            {func([]member) []member { return nil }, "not an OCI image layout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members := slices.Clone(good)
			for i := range members {
				members[i].data = bytes.Clone(members[i].data)
			}
			data := makeTar(t, tt.change(members)...)
			into := newStore(t)
			_, seek := archive.Load(t.Context(), into, tarFile(t, data), archive.LoadOptions{})
			_, stream := archive.LoadReader(t.Context(), into, bytes.NewReader(data), archive.LoadOptions{})
			for how, err := range map[string]error{"seeking": seek, "as a stream": stream} {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: error = %v, want one about %q", how, err, tt.want)
				}
			}
			if list, err := into.Images(t.Context()); err != nil || len(list) != 0 {
				t.Errorf("tagged all the same: %v, %v", list, err)
			}
		})
	}
}

func m5(good []member) string { return good[5].name[13:] }

func TestHostileFiles(t *testing.T) {
	t.Parallel()
	from := newStore(t)
	image := builder{t, from}.image("amd64")
	data := save(t, from, image, archive.SaveOptions{})
	blob := readMembers(t, data)[7]
	outside := writeFile(t, "outside", blob.data)
	linked := directory(t, data)
	replaceFile(t, filepath.Join(linked, blob.name), func(name string) error { return os.Symlink(outside, name) })
	inside := directory(t, data)
	replaceFile(t, filepath.Join(inside, blob.name), func(name string) error {
		if err := os.WriteFile(filepath.Join(inside, "copy"), blob.data, 0o644); err != nil {
			return err
		}
		return os.Symlink("../../copy", name)
	})
	for name, tt := range map[string]struct{ file, want string }{
		"nothing":         {filepath.Join(t.TempDir(), "gone"), "no such file"},
		"empty directory": {t.TempDir(), "not an OCI image layout"},
		"link out":        {linked, "not a regular file"},
		"link inside":     {inside, "not a regular file"},
		"cut off":         {tarFile(t, data[:len(data)-3000]), "cut off"},
		"cut header":      {tarFile(t, data[:100]), "cut off"},
		"text":            {tarFile(t, []byte(strings.Repeat("no tar ", 1000))), "not a tar"},
		"xz":              {tarFile(t, []byte("\xfd7zXZ\x00 and so on")), "xz"},
		"gzip cut off":    {writeFile(t, "x.gz", []byte{0x1f, 0x8b, 8}), "EOF"},
		"zstd of nothing": {writeFile(t, "x.zst", []byte{0x28, 0xb5, 0x2f, 0xfd, 9}), "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := archive.Load(t.Context(), newStore(t), tt.file, archive.LoadOptions{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.file) {
				t.Errorf("error = %v, want one about %q that names the file", err, tt.want)
			}
		})
	}
}

func replaceFile(t *testing.T, name string, with func(string) error) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := with(name); err != nil {
		t.Fatal(err)
	}
}
