package kustomize

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
)

func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, data := range files {
		out[name] = &fstest.MapFile{Data: []byte(data), Mode: 0o644}
	}
	return out
}

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: 'demo/a:1'}]}\n"

func TestBuild(t *testing.T) {
	t.Parallel()
	fsys := tree(map[string]string{
		"base/kustomization.yaml":    "resources: [pod.yaml]\nconfigMapGenerator: [{name: c, files: [key=note.txt]}]\n",
		"base/pod.yaml":              pod,
		"base/note.txt":              "hello",
		"overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: x-\nimages: [{name: demo/a, digest: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}]\npatches: [{path: p.yaml}]\n",
		"overlay/p.yaml":             "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\n",
	})
	docs, err := Build(context.Background(), fsys, "overlay", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, d := range docs {
		all.Write(d.Data)
	}
	for _, want := range []string{"name: x-p", "demo/a@sha256:e3b0", "key: hello", "a: b"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in the output:\n%s", want, all.String())
		}
	}
	if len(docs) != 2 || docs[0].File != "overlay/kustomization.yaml" {
		t.Errorf("%d documents from %s, want 2", len(docs), docs[0].File)
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, kustomization string
		limits              Limits
		want                string
	}{
		{"remote base", "resources: ['https://github.com/a/b//c?ref=v1']", Limits{}, "remote parts are not fetched"},
		{"short remote base", "resources: [github.com/a/b]", Limits{}, "is not in the directory"},
		{"git over ssh", "components: ['git@github.com:a/b.git']", Limits{}, "is not in the directory"},
		{"remote patch", "patches: [{path: 'https://example.com/p.yaml'}]", Limits{}, "is not in the directory"},
		{"remote file", "configMapGenerator: [{name: a, files: ['k=https://example.com/f']}]", Limits{}, "is not in the directory"},
		{"outside", "resources: [../../etc]", Limits{}, "lies outside"},
		{"helm", "helmCharts: [{name: a}]", Limits{}, "runs the helm program"},
		{"not YAML", "resources: [", Limits{}, "not YAML"},
		{"bytes", "resources: [pod.yaml]", Limits{Bytes: 10}, "10 bytes allowed"},
		{"files", "resources: [pod.yaml]", Limits{Files: 1}, "1 files allowed"},
		{"unknown field", "resources: [pod.yaml]\nnonsense: 1", Limits{}, "nonsense"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			fsys := tree(map[string]string{"k/kustomization.yaml": test.kustomization, "k/pod.yaml": pod})
			_, err := Build(context.Background(), fsys, "k", test.limits)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Build = %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestBuildCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Build(ctx, tree(nil), ".", Limits{}); err == nil {
		t.Error("Build went on after it was cancelled")
	}
}
