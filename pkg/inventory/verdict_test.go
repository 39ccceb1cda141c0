package inventory_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// suspect is a custom resource that no rule table knows: its image is suspected.
const suspect = `apiVersion: shop.example/v1
kind: Till
metadata: {name: one}
spec:
  image: registry.example/shop/till:v1.2.0
`

const pod = `apiVersion: v1
kind: Pod
metadata: {name: one}
spec:
  containers: [{name: a, image: "registry.example/shop/web:v1"}]
`

func root(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	return fsys
}

func scan(t *testing.T, files map[string]string, commands ...string) *inventory.Report {
	t.Helper()
	report, err := inventory.Scan(t.Context(), root(files), inventory.Options{
		Extension: sealer.Extension{Launch: sealer.Launch{Cmds: commands}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func images(r *inventory.Report) []string {
	names := []string{}
	for _, image := range r.Images {
		names = append(names, image.Name)
	}
	return names
}

func problems(r *inventory.Report) []string {
	list := []string{}
	for _, p := range r.Problems {
		list = append(list, string(p.Kind)+" "+p.Image)
	}
	return list
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	const till, web = "registry.example/shop/till:v1.2.0", "registry.example/shop/web:v1"
	tests := []struct {
		name     string
		files    map[string]string
		images   []string
		excluded int
		problems []string
	}{
		{"certain goes in", map[string]string{"manifests/a.yaml": pod}, []string{web}, 0, nil},
		{"suspected is asked about", map[string]string{"manifests/a.yaml": suspect}, nil, 0, []string{"undecided " + till}},
		{"listed beside it", map[string]string{"manifests/a.yaml": suspect, inventory.ListFile: till}, []string{till}, 0, nil},
		{"listed for an app", map[string]string{"application/apps/x/a.yaml": suspect, inventory.ListFile: "# ours\n" + till + "\n"}, []string{till}, 0, nil},
		{"suspected and excluded", map[string]string{"application/apps/x/a.yaml": suspect, inventory.ExcludeFile: till + " # sold"}, nil, 1, nil},
		{"certain and excluded by pattern", map[string]string{"manifests/a.yaml": pod, inventory.ExcludeFile: "registry.example/shop/*:* # on the host"}, nil, 1, nil},
		{"excluded without a reason", map[string]string{"manifests/a.yaml": pod, "charts/x.yaml": "", inventory.ExcludeFile: web}, nil, 1, []string{"invalid " + web}},
		{"excluded and not found", map[string]string{"manifests/a.yaml": pod, inventory.ExcludeFile: "a/b:1 # gone"}, []string{web}, 0, []string{"stale a/b:1"}},
		{"excluded in one part of two", map[string]string{"manifests/a.yaml": pod, "application/apps/x/a.yaml": suspect, inventory.ExcludeFile: till + " # sold"}, []string{web}, 1, nil},
		{"excluded and listed", map[string]string{"manifests/a.yaml": pod, inventory.ListFile: web, inventory.ExcludeFile: web + " # no"}, []string{web}, 0, []string{"invalid " + web}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := scan(t, test.files)
			if diff := cmp.Diff(append([]string{}, test.images...), images(r)); diff != "" {
				t.Errorf("images:\n%s", diff)
			}
			if diff := cmp.Diff(append([]string{}, test.problems...), problems(r)); diff != "" {
				t.Errorf("problems:\n%s", diff)
			}
			if len(r.Excluded) != test.excluded {
				t.Errorf("%d excluded, want %d", len(r.Excluded), test.excluded)
			}
		})
	}
}

func TestVerdictAdvice(t *testing.T) {
	t.Parallel()
	r := scan(t, map[string]string{"manifests/a.yaml": suspect})
	text := r.Err().Error()
	for _, want := range []string{inventory.ListFile, inventory.ExcludeFile, "manifests/a.yaml", "spec.image"} {
		if !strings.Contains(text, want) {
			t.Errorf("the error does not say %s:\n%s", want, text)
		}
	}
}

func TestListIsRead(t *testing.T) {
	t.Parallel()
	_, err := inventory.Scan(t.Context(), root(map[string]string{inventory.ListFile: "a:1\nNot An Image\n"}), inventory.Options{})
	if err == nil || !strings.Contains(err.Error(), inventory.ListFile+":2") {
		t.Errorf("error %v, want the line of the bad name", err)
	}
}
