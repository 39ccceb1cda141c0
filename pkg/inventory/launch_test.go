package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLaunchCommands(t *testing.T) {
	t.Parallel()
	const web = "registry.example/shop/web:v1"
	files := map[string]string{
		"web.yaml":                  pod,
		"web/a.yaml":                pod,
		"web/notes.txt":             "not read",
		"kustom/kustomization.yaml": "resources: [pod.yaml]\n",
		"kustom/pod.yaml":           pod,
		"shop/Chart.yaml":           "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
		"shop/templates/p.yaml":     pod,
		"values.yaml":               "image: registry.example/shop/other:v1\n",
	}
	tests := []struct {
		command string
		images  []string
		warning string
	}{
		{"kubectl apply -f web.yaml", []string{web}, ""},
		{"/usr/bin/kubectl create ns shop && kubectl create --filename=./web.yaml", []string{web}, ""},
		{"kubectl apply -n x -f web/a.yaml,web.yaml --server-side", []string{web}, ""},
		{"cd web; kubectl apply -f a.yaml", []string{web}, ""},
		{"kubectl apply -R -f web", []string{web}, ""},
		{`sh -c "kubectl apply -f 'web.yaml'"`, []string{web}, ""},
		{"kubectl apply -k kustom", []string{web}, ""},
		{"helm upgrade --install shop ./shop -f values.yaml", []string{web}, ""},
		{"kubectl delete -f web.yaml", nil, ""},
		{"cat web.yaml | kubectl apply -f -", nil, ""},
		{"kubectl apply -f $DIR/web.yaml", nil, ""},
		{"kubectl apply -f ../../etc/web.yaml", nil, ""},
		{"kubectl apply -f shop/web.yaml", nil, "there is no shop/web.yaml"},
		{"kubectl apply -f https://example.com/web.yaml", nil, "asks the network"},
	}
	for _, test := range tests {
		t.Run(test.command, func(t *testing.T) {
			t.Parallel()
			r := scan(t, files, test.command)
			if diff := cmp.Diff(append([]string{}, test.images...), images(r)); diff != "" {
				t.Errorf("images:\n%s", diff)
			}
			warnings := strings.Join(r.Warnings, "\n")
			if test.warning == "" && warnings != "" || !strings.Contains(warnings, test.warning) {
				t.Errorf("warnings %q, want %q", warnings, test.warning)
			}
			if len(r.Problems) > 0 {
				t.Errorf("problems: %v", r.Problems)
			}
		})
	}
}

func TestLaunchCommandsReadNothingTwice(t *testing.T) {
	t.Parallel()
	r := scan(t, map[string]string{"manifests/a.yaml": pod}, "kubectl apply -f manifests/a.yaml", "kubectl apply -f manifests")
	if len(r.Images) != 1 || len(r.Images[0].Why) != 1 {
		t.Errorf("images %+v, want one with one reason", r.Images)
	}
}
