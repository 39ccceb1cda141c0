package opc_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// TestTargets finds what a name means. It changes the directory of the process,
// so it does not run beside others.
func TestTargets(t *testing.T) {
	u := newUpstream(t)
	u.web()
	u.component("thing", "")
	c := u.client()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"web", "full", "own"} { // without a Kubefile, web and full are no targets
		if err := os.Mkdir(name, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"own/Kubefile": "FROM scratch\nENV A=own\n", "own/Other": "FROM scratch\nENV A=other\n", "Kubefile": "FROM scratch\nENV A=here\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		target opc.Target
		name   string
		kind   sealer.ImageType
		env    string
	}{
		{opc.Target{Name: "web"}, "web", sealer.AppInstaller, ""},
		{opc.Target{Name: "base"}, "base", sealer.KubeInstaller, ""},
		{opc.Target{Name: "own"}, "own", sealer.KubeInstaller, "A=own"},
		{opc.Target{Name: "./own"}, "own", sealer.KubeInstaller, "A=own"},
		{opc.Target{Name: "own", File: "own/Other", Type: sealer.AppInstaller}, "own", sealer.AppInstaller, "A=other"},
		{opc.Target{Name: "."}, strings.ToLower(filepath.Base(dir)), sealer.KubeInstaller, "A=here"},
		{opc.Target{}, strings.ToLower(filepath.Base(dir)), sealer.KubeInstaller, "A=here"},
	} {
		p, err := c.Compose(t.Context(), test.target)
		if err != nil {
			t.Errorf("%+v: %v", test.target, err)
			continue
		}
		if p.Name != test.name || p.Type != test.kind || test.env != "" && !slices.Contains(p.Env, test.env) {
			t.Errorf("%+v: %s, %s, %v", test.target, p.Name, p.Type, p.Env)
		}
		if diff := cmp.Diff(opc.DefaultPlatforms, p.Platforms); diff != "" {
			t.Error(diff)
		}
	}
}

func TestTargetErrors(t *testing.T) {
	t.Parallel()
	c := newUpstream(t).client()
	bad := kubefile(t, "FROM scratch\nCOPY gone .\nFROB x\n")
	missing := kubefile(t, "FROM scratch\nCOPY gone .\n")
	for name, test := range map[string]struct {
		target opc.Target
		want   string
	}{
		"nothing":         {opc.Target{Name: "nothing"}, "nothing is neither a directory with a Kubefile, nor a profile (base, full"},
		"no Kubefile":     {opc.Target{Name: t.TempDir()}, "Kubefile: no such file"},
		"not a Kubefile":  {opc.Target{Name: bad}, "Kubefile:3:1: "},
		"missing file":    {opc.Target{Name: missing}, "Kubefile:2:6: gone matches no file"},
		"platform":        {opc.Target{Name: "base", Platforms: []string{"x/y/z/v"}}, `platform "x/y/z/v"`},
		"kubernetes":      {opc.Target{Name: missing, KubeVersion: "new"}, `the Kubernetes version "new"`},
		"context is gone": {opc.Target{Name: filepath.Join(missing, "gone"), File: filepath.Join(missing, "Kubefile")}, "build context"},
	} {
		_, err := c.Compose(t.Context(), test.target)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v\n  want %s", name, err, test.want)
		}
	}
	if _, err := c.Compose(t.Context(), opc.Target{Name: "nothing"}); !errors.Is(err, opc.ErrInput) {
		t.Errorf("not the caller's mistake: %v", err)
	}
	p, err := c.Compose(t.Context(), opc.Target{Name: kubefile(t, "FROM scratch"), Platforms: []string{"linux/arm64/v8", "arm64", "linux/amd64"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{amd, arm}, p.Platforms); diff != "" {
		t.Error(diff)
	}
}

// TestNeeded lists what something asks for, whatever it is.
func TestNeeded(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.web()
	// Programs are not downloaded to find images: upstream has none of these.
	u.component("host", `install: {hostFiles: [{url: "https://x.example/tool", dest: bin/tool}], manifests: [{url: "https://x.example/host.yaml"}]}
build: [{name: "r.example/host:1", user: "1", files: [{url: "https://x.example/jar", dest: /jar}]}]
images: [{name: "r.example/host:1", found: rendered}]`)
	u.files["host.yaml"] = pod("r.example/host:1")
	c := u.client()
	p := plan(t, c, "web")
	l := pins(t, c, p, nil)
	build(t, c, p, l, "r.example/built:1")
	dir := kubefile(t, "FROM scratch\nCOPY more.yaml manifests/", "more.yaml", pod("r.example/more:2"))
	for name, want := range map[string]string{
		"web": "r.example/web:1", "host": "r.example/host:1", "r.example/built:1": "r.example/web:1", dir: "r.example/more:2", filepath.Join(dir, "more.yaml"): "r.example/more:2",
	} {
		report, err := c.Needed(t.Context(), name, inventory.RenderOptions{})
		if err != nil || len(report.Images) != 1 || report.Images[0].Name != want {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
	if _, err := c.Needed(t.Context(), "nothing", inventory.RenderOptions{}); err == nil {
		t.Error("nothing needs something")
	}
	carried, err := c.ImageLock(t.Context(), "r.example/built:1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l, carried); diff != "" {
		t.Error(diff)
	}
	for text, n := range map[string]int{"r.example/web:1": 1, "web": 1, "r.example": 1, "none": 0} {
		if found := opc.Why([]*lock.Lock{carried}, text); len(found) != n {
			t.Errorf("why %s: %v", text, found)
		}
	}
	img, err := c.Inspect(t.Context(), "r.example/built:1")
	if err != nil {
		t.Fatal(err)
	}
	sizes, err := c.ContainerImages(t.Context(), img, arm)
	if err != nil || sizes["r.example/web:1"] < 20 {
		t.Errorf("sizes %v, %v", sizes, err)
	}
	if diff := cmp.Diff([]string{"r.example"}, opc.Registries(p)); diff != "" {
		t.Error(diff)
	}
	if n := opc.EstimatedSize(p); n != 2<<20 {
		t.Errorf("%d bytes estimated", n)
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	c := u.client()
	p := plan(t, c, kubefile(t, "FROM scratch\nCOPY a .", "a", "a"))
	l := pins(t, c, p, nil)
	for _, name := range []string{"two", "one:v1"} {
		build(t, c, p, l, name)
	}
	if err := c.Tag(t.Context(), "two", "r.example/three"); err != nil {
		t.Fatal(err)
	}
	names := func() (names []string) {
		list, err := c.Images(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, img := range list {
			names = append(names, img.Name)
		}
		return names
	}
	if diff := cmp.Diff([]string{"localhost/one:v1", "localhost/two:latest", "r.example/three:latest"}, names()); diff != "" {
		t.Error(diff)
	}
	if name, err := c.Remove(t.Context(), "two"); err != nil || name != "localhost/two:latest" {
		t.Fatal(name, err)
	}
	if diff := cmp.Diff([]string{"localhost/one:v1", "r.example/three:latest"}, names()); diff != "" {
		t.Error(diff)
	}
	for what, err := range map[string]error{
		"remove again": errOf(c.Remove(t.Context(), "two")), "tag nothing": c.Tag(t.Context(), "two", "x"),
		"verify nothing": errOf(c.Verify(t.Context(), "two", true)), "inspect nothing": errOf(c.Inspect(t.Context(), "two")),
	} {
		if err == nil || !strings.Contains(err.Error(), "no image localhost/two:latest in the store") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := c.Tag(t.Context(), "one:v1", "Bad Name"); !errors.Is(err, opc.ErrInput) {
		t.Errorf("a bad name: %v", err)
	}
	if _, err := c.Build(t.Context(), p, l, "Bad Name"); !errors.Is(err, opc.ErrInput) {
		t.Errorf("a bad name: %v", err)
	}
	img, err := c.Inspect(t.Context(), "one:v1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := img.Variant("linux/s390x"); err == nil || !strings.Contains(err.Error(), "it has "+amd+", "+arm) {
		t.Errorf("a platform that is not there: %v", err)
	}
}

func errOf[T any](_ T, err error) error { return err }
