package kubefiles_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/images"
	"github.com/opc-source/opc-image/kubefiles"
	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/kubefile"
)

// profiles reads the Kubefile of every profile.
func profiles(t *testing.T) map[string]*kubefile.File {
	t.Helper()
	names, err := fs.Glob(kubefiles.FS, "*/Kubefile")
	if err != nil || len(names) == 0 {
		t.Fatalf("profiles: %v, %v", names, err)
	}
	found := map[string]*kubefile.File{}
	for _, name := range names {
		text, err := fs.ReadFile(kubefiles.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := kubefile.Parse(name, bytes.NewReader(text), kubefile.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if formatted := file.Format(); !bytes.Equal(formatted, text) {
			t.Errorf("%s is not formatted: %s", name, cmp.Diff(string(formatted), string(text)))
		}
		found[strings.TrimSuffix(name, "/Kubefile")] = file
	}
	return found
}

func script(t *testing.T, file *kubefile.File) *kubefile.Script {
	t.Helper()
	s, err := kubefile.Expand(file, kubefile.ExpandOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// scripts are those of a profile and of what it builds on, from the bottom up.
func scripts(t *testing.T, all map[string]*kubefile.File, name string) []*kubefile.Script {
	t.Helper()
	if all[name] == nil {
		t.Fatalf("there is no profile %s", name)
	}
	s := script(t, all[name])
	if s.From.Profile == "" {
		return []*kubefile.Script{s}
	}
	return append(scripts(t, all, s.From.Profile), s)
}

// components are the names behind component://, in order.
func components(scripts ...*kubefile.Script) []string {
	var names []string
	for _, s := range scripts {
		for _, app := range s.Apps() {
			for _, source := range app.Sources {
				if source.Kind == kubefile.Component {
					names = append(names, source.Component)
				}
			}
		}
	}
	return names
}

// launched are the apps that start, in order.
func launched(scripts ...*kubefile.Script) []string {
	var names []string
	for _, s := range scripts {
		for _, app := range s.LaunchApps() {
			names = append(names, app.Text)
		}
	}
	return names
}

func load(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(images.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
