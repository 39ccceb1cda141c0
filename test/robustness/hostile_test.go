package robustness

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// entry is a member of an archive.
type entry struct {
	tar.Header
	data string
}

func regular(name, data string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(data))}, data}
}

func special(kind byte, name, link string) entry {
	return entry{tar.Header{Name: name, Typeflag: kind, Linkname: link, Mode: 0o777}, ""}
}

// blob is a member under its digest.
func blob(data string) entry {
	return regular("blobs/sha256/"+digest.FromString(data).Encoded(), data)
}

func archiveOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// describe is a descriptor of data as JSON.
func describe(mediaType, data string) string {
	return fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":%d}`, mediaType, digest.FromString(data), len(data))
}

const manifestType, indexType = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"

// TestHostileArchives loads archives that want to do harm: each is refused, and
// nothing is left of it, neither in the store nor outside.
func TestHostileArchives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	layout := regular("oci-layout", `{"imageLayoutVersion":"1.0.0"}`)
	index := func(desc string) entry {
		return regular("index.json", `{"schemaVersion":2,"manifests":[`+desc+`]}`)
	}
	config := `{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}`
	manifest := `{"schemaVersion":2,"mediaType":"` + manifestType + `","config":` +
		describe("application/vnd.oci.image.config.v1+json", config) + `,"layers":[]}`
	good := index(describe(manifestType, manifest))
	circle := `{"schemaVersion":2,"manifests":[]}`
	for range 40 {
		circle = `{"schemaVersion":2,"manifests":[` + describe(indexType, circle) + `]}`
	}
	other := regular("blobs/sha256/"+digest.FromString("what was promised").Encoded(), "what was sent")
	for name, entries := range map[string][]entry{
		"a path out":          {layout, regular("../escaped", "x"), good, blob(manifest), blob(config)},
		"a path out of blobs": {layout, regular("blobs/sha256/../../../escaped", "x"), good},
		"an absolute path":    {layout, regular(w.path("escaped"), "x"), good},
		"a link out":          {layout, special(tar.TypeSymlink, "blobs", w.dir), regular("blobs/escaped", "x"), good},
		"a hard link":         {layout, special(tar.TypeLink, "blobs/sha256/"+strings.Repeat("0", 64), "/etc/passwd"), good},
		"a device":            {layout, special(tar.TypeChar, "blobs/sha256/"+strings.Repeat("1", 64), ""), good},
		"a pipe":              {layout, special(tar.TypeFifo, "index.json", "")},
		"a wrong digest":      {layout, good, other, blob(manifest), blob(config)},
		"a wrong size":        {layout, index(strings.Replace(describe(manifestType, manifest), `"size":`, `"size":1`, 1)), blob(manifest), blob(config)},
		"a missing blob":      {layout, good, blob(manifest)},
		"no index":            {layout, blob(manifest), blob(config)},
		"a large index":       {layout, regular("index.json", `{"manifests":[`+strings.Repeat(" ", 5<<20)+`]}`)},
		"nested deep":         {layout, index(describe(indexType, circle)), blob(circle)},
		"a bad digest":        {layout, index(`{"mediaType":"` + manifestType + `","digest":"sha256:../../x","size":1}`)},
		"a negative size":     {layout, index(`{"mediaType":"` + manifestType + `","digest":"` + digest.FromString("x").String() + `","size":-1}`)},
		"no JSON":             {layout, regular("index.json", "[[[[[[[[")},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			data := archiveOf(t, entries...)
			for how, run := range map[string]func(store string) result{
				"file": func(store string) result {
					write(t, w.path("hostile.tar"), string(data))
					return w.run(store, "load", "-i", "hostile.tar")
				},
				"pipe": func(store string) result {
					cmd := w.command(store, "load")
					cmd.Stdin = bytes.NewReader(data)
					return start(t, cmd).wait(t)
				},
			} {
				store := how + "-" + strings.ReplaceAll(name, " ", "-")
				if r := run(store); r.code != 1 && r.code != 2 || !strings.Contains(r.err, "Error: load") {
					t.Errorf("%s: exit code %d\n%s%s", how, r.code, r.out, r.err)
				}
				wantClean(t, w, store)
			}
		})
	}
}

// wantClean checks that nothing is left of a refused archive.
func wantClean(t *testing.T, w *world, store string) {
	t.Helper()
	for _, name := range []string{w.path("escaped"), w.path("../escaped"), "/escaped"} {
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s was written", name)
			os.Remove(name)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(w.path(store), "ingest/*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if r := w.must(store, "fsck"); !strings.Contains(r.out, " 0 images checked: 0 problems") {
		t.Errorf("the store has something of it: %s", r.out)
	}
	w.must(store, "prune")
	if left := blobs(t, w.path(store)); len(left) > 0 {
		t.Errorf("left over after prune: %v", left)
	}
}
