package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/sealer"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	extension := sealer.Extension{
		Env:          map[string]string{"Tag": "v1", "Secret": "czM="},
		Applications: []sealer.Application{{Name: "own", Env: map[string]string{"Tag": "v2"}}},
	}
	with := func(image string) string { return strings.Replace(pod, "registry.example/shop/web:v1", image, 1) }
	for name, test := range map[string]struct {
		file, text string
		images     []string
		problem    string
	}{
		"no action":          {"manifests/a.yaml.tmpl", with("a.example/x/y:1"), []string{"a.example/x/y:1"}, ""},
		"the image's":        {"manifests/a.yml.tmpl", with("a.example/x/y:{{ .Tag }}"), []string{"a.example/x/y:v1"}, ""},
		"another app's":      {"application/apps/other/a.yaml.tmpl", with("a.example/x/y:{{ .Tag }}"), []string{"a.example/x/y:v1"}, ""},
		"the app's own":      {"application/apps/own/a.yaml.tmpl", with("a.example/x/y:{{ .Tag }}"), []string{"a.example/x/y:v2"}, ""},
		"a function":         {"manifests/a.yaml.tmpl", with("a.example/x/y:{{ b64dec .Secret }}"), []string{"a.example/x/y:s3"}, ""},
		"a branch":           {"manifests/a.yaml.tmpl", "{{ if .Extra }}\n" + pod + "{{ end }}", nil, ""},
		"not set":            {"manifests/a.yaml.tmpl", with("{{ .Hub }}/x/y:1"), nil, "unreadable"},
		"unknown function":   {"manifests/a.yaml.tmpl", with(`{{ quux "x" }}`), nil, "unreadable manifests/a.yaml.tmpl"},
		"elsewhere not read": {"etc/a.yaml.tmpl", pod, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := inventory.Scan(t.Context(), root(map[string]string{test.file: test.text}), inventory.Options{Extension: extension})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append([]string{}, test.images...), images(r)); diff != "" {
				t.Errorf("images:\n%s", diff)
			}
			got := strings.Join(problems(r), "\n")
			if test.problem == "" && got != "" || !strings.Contains(got, test.problem) {
				t.Errorf("problems %q, want %q", got, test.problem)
			}
		})
	}
}
