package kubefiles_test

import (
	"bytes"
	"io/fs"
	"maps"
	"slices"
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

// components are the names behind component:// in the order of the profile.
func components(s *kubefile.Script) []string {
	var names []string
	for _, app := range s.Apps() {
		for _, source := range app.Sources {
			if source.Kind == kubefile.Component {
				names = append(names, source.Component)
			}
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

func TestProfilesKeepTheRules(t *testing.T) {
	t.Parallel()
	for _, file := range profiles(t) {
		for _, problem := range kubefile.Lint(file, kubefile.LintOptions{}) {
			t.Error(problem)
		}
	}
}

func TestComponentsStandBehindWhatTheyRequire(t *testing.T) {
	t.Parallel()
	c := load(t)
	for name, file := range profiles(t) {
		s := script(t, file)
		var launched []string
		for _, app := range s.LaunchApps() {
			launched = append(launched, app.Text)
		}
		for _, list := range [][]string{components(s), launched} {
			for i, component := range list {
				definition, err := c.Get(component)
				if err != nil {
					t.Errorf("profile %s: %v", name, err)
					continue
				}
				for _, required := range definition.Requires {
					if !slices.Contains(list[:i], required) {
						t.Errorf("profile %s: %s requires %s, which must come before it", name, component, required)
					}
				}
			}
		}
	}
}

// leftOut are the components that full does not have, and why not.
var leftOut = map[string]string{
	"csi-driver-nfs": "chosen where there is an NFS server",
	"metallb":        "chosen where nothing else gives addresses to services",
	"terraform":      "its licence is restricted, and OpenTofu does the same",
}

func TestFullHasEverything(t *testing.T) {
	t.Parallel()
	all := profiles(t)
	got := append(components(script(t, all["base"])), components(script(t, all["full"]))...)
	got = slices.AppendSeq(got, maps.Keys(leftOut))
	slices.Sort(got)
	if diff := cmp.Diff(load(t).Names(), got); diff != "" {
		t.Errorf("components of full (-catalog +full):\n%s", diff)
	}
	var launched []string
	for _, app := range script(t, all["full"]).LaunchApps() {
		launched = append(launched, app.Text)
	}
	if diff := cmp.Diff(components(script(t, all["full"])), launched); diff != "" {
		t.Errorf("launched (-declared +launched):\n%s", diff)
	}
}

func TestBaseListsTheControlPlane(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(kubefiles.FS, "base/manifests/imageList")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	kubernetes, err := load(t).Get("kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range kubernetes.Images {
		want = append(want, image.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("imageList (-component +list):\n%s", diff)
	}
}
