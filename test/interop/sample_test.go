package interop

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/rehearse"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// TestSameAsSealer builds the Kubefile that a real sealer built, with files of
// our own, and holds what the image tells sealer against what sealer wrote. The
// differences are those that docs/compat.md lists.
func TestSameAsSealer(t *testing.T) {
	t.Parallel()
	theirs := sample(t)
	ours := buildSample(t)
	for _, key := range []string{"io.sealer.version", "io.buildah.version"} {
		delete(theirs.Extension.Labels, key)
	}
	for i, app := range theirs.Extension.Applications {
		if app.Type == "" {
			theirs.Extension.Applications[i].Type = sealer.ShellApp
		}
	}
	byName := cmpopts.SortSlices(func(a, b sealer.Application) bool { return a.Name < b.Name })
	if diff := cmp.Diff(theirs.Extension, ours.Extension, byName, cmpopts.IgnoreFields(sealer.Extension{}, "BuildClient")); diff != "" {
		t.Errorf("extension, sealer's (-) and ours (+):\n%s", diff)
	}
	byImage := cmpopts.SortSlices(func(a, b sealer.ContainerImage) bool { return a.Image+a.AppName < b.Image+b.AppName })
	if diff := cmp.Diff(theirs.Images, ours.Images, byImage); diff != "" {
		t.Errorf("container images, sealer's (-) and ours (+):\n%s", diff)
	}
	if diff := cmp.Diff(theirs.Config.Config.Env, ours.Config.Config.Env); diff != "" {
		t.Errorf("environment, sealer's (-) and ours (+):\n%s", diff)
	}
	if diff := cmp.Diff(theirs.Config.Platform, ours.Config.Platform); diff != "" {
		t.Errorf("platform, sealer's (-) and ours (+):\n%s", diff)
	}
}

// sample is the image that sealer wrote.
func sample(t *testing.T) *sealer.Image {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("../../testdata/sealer", name))
		check(t, err)
		return data
	}
	img, err := sealer.Inspect("", read("demo-manifest.json"), read("demo-config.json"))
	check(t, err)
	return img
}

// buildSample builds testdata/demo.txtar for linux/amd64, from stand-ins.
func buildSample(t *testing.T) *sealer.Image {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	unpack(t, "testdata/demo.txtar", dir)
	upstream, err := rehearse.New(rehearse.Inventory{Images: []rehearse.Image{
		{Name: "127.0.0.1:5055/kube/kube-apiserver:v1.30.0"}, {Name: "127.0.0.1:5055/kube/pause:3.9"},
		{Name: "127.0.0.1:5055/multi/app:1"}, {Name: "127.0.0.1:5055/extra/tool:0.1"},
		{Name: "127.0.0.1:5055/apps/web:1.0"}, {Name: "127.0.0.1:5055/apps/api:2.0"},
	}}, rehearse.Options{Limit: 1 << 20})
	check(t, err)
	check(t, upstream.Start(ctx))
	t.Cleanup(func() { upstream.Close() })
	client, err := opc.Open(opc.Options{
		Store:  t.TempDir(),
		Remote: remote.Options{Config: remote.Config{Mirrors: upstream.Mirrors()}},
	})
	check(t, err)
	defer client.Close()
	plan, err := client.Compose(ctx, opc.Target{Name: dir, Platforms: []string{"linux/amd64"}})
	check(t, err)
	locked, err := client.Lock(ctx, plan, nil)
	check(t, err)
	img, err := client.Build(ctx, plan, locked, "demo:v1")
	check(t, err)
	_, err = client.Verify(ctx, "demo:v1", false)
	check(t, err)
	return img.Variants[0].Image
}

func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	files, err := txtar.ParseFile(archive)
	check(t, err)
	for _, f := range files.Files {
		name := filepath.Join(dir, f.Name)
		check(t, os.MkdirAll(filepath.Dir(name), 0o777))
		check(t, os.WriteFile(name, f.Data, 0o666))
	}
}
