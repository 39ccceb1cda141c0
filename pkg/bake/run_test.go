package bake_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
)

// run adds a RUN instruction to the plan.
func (w *world) run(command string) {
	w.plan.Runs = append(w.plan.Runs, compose.Run{
		Command: []string{command}, Env: []string{"X=1"}, Position: fmt.Sprintf("Kubefile:%d:1", len(w.plan.Runs)+1),
	})
}

// TestRun puts what a command changes between the files before and those after
// it.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.file("etc/a", "before", "")
	w.run("one")
	w.run("nothing")
	w.file("etc/b", "after", "")
	w.plan.Runs[0].EnvFor = map[string][]string{arm: {"X=arm"}}
	var seen []string
	runner := func(_ context.Context, run compose.Run, platform string, lower []ocispec.Descriptor) ([]layer.Entry, error) {
		var names []string
		for _, l := range lower {
			for name := range w.names(l) {
				names = append(names, name)
			}
		}
		seen = append(seen, fmt.Sprintln(platform, run.Command, run.Env, sorted(names)))
		if run.Command[0] == "nothing" {
			return nil, nil
		}
		return []layer.Entry{
			{Name: "etc/a", Mode: 0o600, Data: []byte("changed")},
			{Name: "etc/b", Mode: 0o600, Data: []byte("made")},
		}, nil
	}
	images := w.open(w.bake(bake.Options{Run: runner}))
	want := []string{
		"linux/amd64 [one] [X=1] [etc/a]\n", "linux/amd64 [nothing] [X=1] [etc/a etc/a etc/b]\n",
		"linux/arm64 [one] [X=arm] [etc/a]\n", "linux/arm64 [nothing] [X=1] [etc/a etc/a etc/b]\n",
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
	for platform, img := range images {
		for name, content := range map[string]string{"etc/a": "changed", "etc/b": "after"} {
			if data, err := fs.ReadFile(img, name); err != nil || string(data) != content {
				t.Errorf("%s: %s: %q, %v", platform, name, data, err)
			}
		}
		if _, ok := layersOf(img)["RUN one"]; !ok || len(img.Manifest.Layers) != 4 {
			t.Errorf("%s: layers %v", platform, layersOf(img))
		}
	}
}

// TestRunOverBase gives a command the variables and the layers of the base.
func TestRunOverBase(t *testing.T) {
	t.Parallel()
	w := platform(t)
	first := w.bake(bake.Options{})
	base := w.open(first)[amd]
	w.from(first)
	w.plan.Platforms = []string{amd}
	w.run("one")
	calls := 0
	w.bake(bake.Options{Run: func(_ context.Context, run compose.Run, _ string, lower []ocispec.Descriptor) ([]layer.Entry, error) {
		calls++
		if diff := cmp.Diff(append(slices.Clone(base.Config.Config.Env), "X=1"), run.Env); diff != "" {
			t.Error(diff)
		}
		if len(lower) != len(base.Manifest.Layers) {
			t.Errorf("%d layers below, want %d", len(lower), len(base.Manifest.Layers))
		}
		return nil, nil
	}})
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run("one")
	broken := errors.New("exit status 3")
	_, err := w.tryBake(bake.Options{Run: func(context.Context, compose.Run, string, []ocispec.Descriptor) ([]layer.Entry, error) {
		return nil, broken
	}})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "bake test for linux/amd64") {
		t.Errorf("error %v", err)
	}
}

// TestLimits keeps to few and small layers, also above a base and between RUN
// instructions.
func TestLimits(t *testing.T) {
	t.Parallel()
	touch := func(_ context.Context, run compose.Run, _ string, _ []ocispec.Descriptor) ([]layer.Entry, error) {
		return []layer.Entry{{Name: "run/" + run.Position, Mode: 0o644}}, nil
	}
	limited := func(layers int, size int64) bake.Options {
		return bake.Options{Limits: layer.Limits{MaxLayers: layers, MaxSize: size}, Run: touch}
	}
	w := newWorld(t)
	fill := func(prefix string) {
		for i := range 8 {
			owner := fmt.Sprintf("%s%d", prefix, i)
			w.app(owner)
			w.file("opt/"+owner, strings.Repeat(owner, 2000), owner)
			w.image("r.example/"+owner+":1", []string{owner}, []string{amd, arm}, strings.Repeat("x", 1000*i))
		}
	}
	bakeIn := func(layers int, size int64) ocispec.Descriptor {
		t.Helper()
		desc := w.bake(limited(layers, size))
		for platform, img := range w.open(desc) {
			if n := len(img.Manifest.Layers); n > layers {
				t.Errorf("%s: %d layers, more than %d", platform, n, layers)
			}
			for _, l := range img.Manifest.Layers {
				if l.Size > size+16<<10 { // directories and padding come on top
					t.Errorf("%s: a layer of %d bytes, more than %d", platform, l.Size, size)
				}
			}
		}
		return desc
	}
	fill("a")
	w.run("one")
	fill("b")
	bakeIn(40, 32<<10)
	bakeIn(12, 256<<10)
	w.from(bakeIn(6, 1<<20))
	w.plan.Runs = nil
	fill("c")
	bakeIn(12, 1<<20)

	w.run("one")
	_, err := w.tryBake(limited(7, 1<<20))
	if err == nil || !strings.Contains(err.Error(), "layers are below this one, 1 RUN instructions above, and 7 layers are allowed") {
		t.Errorf("error %v", err)
	}
	_, err = w.tryBake(limited(12, 1<<10))
	if err == nil || !strings.Contains(err.Error(), "do not fit into") {
		t.Errorf("error %v", err)
	}
}
