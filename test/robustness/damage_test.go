package robustness

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// kinds finds one file of each kind of content in a store, by what it is.
func kinds(t *testing.T, store string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, dgst := range blobs(t, store) {
		name := filepath.Join("blobs", strings.Replace(dgst, ":", "/", 1))
		kind := kindOf(t, read(t, filepath.Join(store, name)))
		if found[kind] == "" {
			found[kind] = name
		}
	}
	for _, dir := range []string{"recipes", "layers"} {
		entries, err := os.ReadDir(filepath.Join(store, dir))
		if err != nil || len(entries) == 0 {
			t.Fatalf("%s: %v, %v", dir, entries, err)
		}
		for _, e := range entries {
			found[dir+filepath.Ext(e.Name())] = filepath.Join(dir, e.Name())
		}
	}
	return found
}

func kindOf(t *testing.T, data []byte) string {
	t.Helper()
	var doc struct {
		Manifests   []ocispec.Descriptor `json:"manifests"`
		Layers      []ocispec.Descriptor `json:"layers"`
		Annotations map[string]string    `json:"annotations"`
		RootFS      *ocispec.RootFS      `json:"rootfs"`
		History     []ocispec.History    `json:"history"`
	}
	if json.Unmarshal(data, &doc) != nil {
		if len(data) > 2 && data[0] == 0x1f && data[1] == 0x8b {
			return "compressed layer or chart"
		}
		return "file"
	}
	ours := doc.Annotations["org.opc-image.packing"] != "" ||
		len(doc.History) > 0 && strings.HasPrefix(doc.History[0].CreatedBy, "opc-image") ||
		len(doc.Manifests) > 0 && len(doc.Annotations) == 0
	kind := "config"
	switch {
	case doc.Manifests != nil:
		kind = "index"
	case doc.Layers != nil:
		kind = "manifest"
	}
	if ours {
		return "our " + kind
	}
	return kind
}

// harm is a way to damage a file.
var harms = map[string]func(t *testing.T, name string){
	"a flipped bit": func(t *testing.T, name string) {
		data := read(t, name)
		data[len(data)/2] ^= 1
		overwrite(t, name, data)
	},
	"half of it": func(t *testing.T, name string) {
		data := read(t, name)
		overwrite(t, name, data[:len(data)/2])
	},
	"nothing": func(t *testing.T, name string) {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	},
}

func overwrite(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// silent tells what fsck does not mind: which layer a recipe makes is only
// remembered to save time, and an index may be kept for some platforms only.
func silent(kind, what string) bool {
	return kind == "recipes.layer" || kind == "our manifest" && what == "nothing"
}

// TestDamage damages one file of each kind in turn: fsck finds it, fsck --repair
// and a build heal it to the same image.
func TestDamage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	built := w.must("store", build()...)
	files := kinds(t, w.path("store"))
	if len(files) < 9 {
		t.Fatalf("the store has only %v", files)
	}
	for kind, file := range files {
		for what, harm := range harms {
			if what == "half of it" && strings.HasPrefix(file, "blobs/") && kind != "file" {
				continue // to the store a blob is a blob
			}
			t.Run(kind+": "+what, func(t *testing.T) {
				w.t = t
				want := listing(t, w.path("store"))
				harm(t, filepath.Join(w.path("store"), file))
				found := w.run("store", "fsck")
				if !silent(kind, what) && (found.code != 4 || !strings.Contains(found.out, filepath.Base(strings.TrimSuffix(file, ".layer")))) {
					t.Errorf("fsck: exit code %d\n%s%s", found.code, found.out, found.err)
				}
				w.must("store", "fsck", "--repair")
				again := w.must("store", build()...)
				if digestIn(t, again.out) != digestIn(t, built.out) {
					t.Errorf("%s, before %s", again.out, built.out)
				}
				w.must("store", "fsck", "--layers")
				w.must("store", "verify", "corpus")
				w.must("store", "prune")
				if got := listing(t, w.path("store")); strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("other files than before: %v, want %v", got, want)
				}
			})
		}
	}
}
