package lower_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/lower"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

const (
	amd = "linux/amd64"
	arm = "linux/arm64"
)

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func data(text string) compose.Content { return compose.Content{Data: []byte(text)} }

// sample is a plan with a bit of everything, and its lock.
func sample(t *testing.T, s *store.Store) (*compose.Plan, *lock.Lock) {
	t.Helper()
	chart, err := s.Put(t.Context(), []byte("a chart"))
	if err != nil {
		t.Fatal(err)
	}
	image := func(name string) lock.Image { return lock.Image{Name: name, Digest: digest.FromString(name)} }
	l := &lock.Lock{
		Downloads: []lock.Download{{Source: "https://c.example#web@1", Digest: chart, Size: 7}},
		Images:    []lock.Image{image("r.example/a:1"), image("r.example/base:1"), image("r.example/own:1"), image("r.example/listed:1")},
	}
	l.Images[1].BaseOnly, l.Images[2].Assembled = true, true
	return &compose.Plan{
		Name: "test", Type: sealer.KubeInstaller, KubeVersion: compose.DefaultKubeVersion, Platforms: []string{amd, arm},
		Metadata: compose.Metadata{
			Env:    []string{"A=1", `NASTY=a "quoted" $HOME \ 'b' # c`, "EMPTY="},
			Labels: map[string]string{"who": "us & them", "cost": "5$"},
		},
		Author: "Some Body <me@x.example>", SupportedKube: "1.30 - 1.36",
		Apps: []sealer.Application{
			{Name: "net", Type: sealer.KubeApp, Files: []string{"a.yaml"}, Version: "v1"},
			{Name: "web", Version: "v1", Cmds: []string{`helm upgrade --install web charts/web-1.tgz && echo "$HOME"`}, Env: map[string]string{"X": "1 2", "Y": "$Z"}},
			{Name: "disk", Type: sealer.ShellApp, Files: []string{"run.sh"}, Version: "v1"},
		},
		CNI: []string{"net"}, CSI: []string{"disk"}, Launch: sealer.Launch{AppNames: []string{"net", "web"}},
		Files: []compose.File{
			{Name: "etc", Mode: os.ModeDir | 0o755},
			{Name: "etc/conf", Mode: 0o644, Content: data("first")},
			{Name: "etc/conf", Mode: 0o644, Content: data("conf")},
			{Name: "etc/secret", Mode: 0o600, UID: 5, GID: 6, Content: data("secret")},
			{Name: "etc/private", Mode: os.ModeDir | 0o700, UID: 5, GID: 6},
			{Name: "etc/owned", Mode: os.ModeSymlink | 0o777, UID: 5, GID: 6, Link: "secret"},
			{Name: "etc/plain again", Mode: 0o600, Content: data("first")},
			{Name: "etc/plain again", Mode: 0o644, Content: data("second")},
			{Name: "bin/tool", Mode: 0o755, Platform: amd, Content: data("amd")},
			{Name: "bin/tool", Mode: 0o755, Platform: arm, Content: data("arm")},
			{Name: "bin/suid", Mode: os.ModeSetuid | 0o755, Platform: amd, Content: data("amd suid")},
			{Name: "bin/suid", Mode: os.ModeSetuid | 0o755, Platform: arm, Content: data("arm suid")},
			{Name: "etc/link", Mode: os.ModeSymlink | 0o777, Link: "conf"},
			{Name: "etc/was", Mode: os.ModeSymlink | 0o777, Link: "/outside"},
			{Name: "etc/was", Mode: 0o644, Content: data("now a file")},
			{Name: "manifests/imageList", Mode: 0o644, Content: data("# ours\nr.example/listed:1\n")},
			{Name: "application/apps/net/a.yaml", Mode: 0o644, Content: data("kind: A")},
			{Name: "application/apps/web/charts/web-1.tgz", Mode: 0o644, Content: compose.Content{Source: "https://c.example#web@1"}},
			{Name: "application/apps/web/bin/x", Mode: 0o755, Platform: amd, Content: data("x amd")},
			{Name: "application/apps/web/bin/x", Mode: 0o755, Platform: arm, Content: data("x arm")},
			{Name: "application/apps/disk/run.sh", Mode: 0o750, Content: data("#!/bin/sh")},
		},
	}, l
}

// again composes what was written.
func again(t *testing.T, dir string) *compose.Plan {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "Kubefile"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := kubefile.Parse("Kubefile", strings.NewReader(string(text)), kubefile.Limits{})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	c, err := compose.OpenContext(dir, "Kubefile")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := compose.Compose(t.Context(), compose.Request{Name: "test", Kubefile: file, Context: c, Platforms: []string{amd, arm}})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := p.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// files are those of a plan for a platform, by name: the last of each.
func files(t *testing.T, p *compose.Plan, l *lock.Lock, s *store.Store, platform string) map[string]string {
	t.Helper()
	if err := rootfs.Stage(t.Context(), p, l, s); err != nil {
		t.Fatal(err)
	}
	items, err := rootfs.Bind(t.Context(), p.Files, l, s, platform)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, item := range items {
		content := string(item.Data)
		if item.Blob != "" {
			content = item.Blob.String()
			if blob, err := s.Open(item.Blob); err == nil {
				text := make([]byte, blob.Size())
				if _, err := blob.ReadAt(text, 0); err != nil {
					t.Fatal(err)
				}
				blob.Close()
				content = string(text)
			}
		}
		if item.Name != "manifests/imageList" && (item.Kind != layer.Dir || item.Mode != 0o755) {
			found[item.Name] = fmt.Sprintf("%v %d:%d %s%s", item.Mode, item.UID, item.GID, item.Link, content)
		}
	}
	return found
}

// TestAgain lowers a plan and composes it again: the same apps, files,
// variables, labels and launch.
func TestAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	p, l := sample(t, s)
	dir := filepath.Join(t.TempDir(), "new")
	if err := lower.Write(t.Context(), p, l, s, dir); err != nil {
		t.Fatal(err)
	}
	q := again(t, dir)
	if diff := cmp.Diff(p, q, cmpopts.IgnoreFields(compose.Plan{}, "Files", "Downloads", "Warnings"), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	for _, platform := range p.Platforms {
		if diff := cmp.Diff(files(t, p, l, s, platform), files(t, q, l, s, platform)); diff != "" {
			t.Errorf("%s: %s", platform, diff)
		}
	}
	list, err := os.ReadFile(filepath.Join(dir, "rootfs/manifests/imageList"))
	if err != nil {
		t.Fatal(err)
	}
	want := "# ours\nr.example/listed:1\nr.example/a:1\n# assembled by opc-image; push it somewhere first: r.example/own:1\n"
	if diff := cmp.Diff(want, string(list)); diff != "" {
		t.Error(diff)
	}
}

func TestKubefile(t *testing.T) {
	t.Parallel()
	s := open(t)
	p, l := sample(t, s)
	dir := t.TempDir()
	if err := lower.Write(t.Context(), p, l, s, dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "Kubefile"))
	if err != nil {
		t.Fatal(err)
	}
	want := `FROM scratch
MAINTAINER Some Body <me@x.example>
LABEL cost="5\$"
LABEL who="us & them"
ENV A="1"
ENV NASTY="a \"quoted\" \$HOME \\ 'b' # c"
ENV EMPTY=""
KUBEVERSION 1.30 - 1.36
COPY rootfs .
COPY ${ARCH} .
CNI net local://apps/net
APP web local://apps/web
APPENV web X="1 2"
APPENV web Y="\$Z"
APPCMDS web ["helm upgrade --install web charts/web-1.tgz && echo \"$HOME\""]
CSI disk local://apps/disk
ARG TARGETARCH
ADD owners-${TARGETARCH}.tar .
LAUNCH ["net","web"]
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}

// TestOthers has what the sample has not: a base, commands, no apps.
func TestOthers(t *testing.T) {
	t.Parallel()
	s := open(t)
	dir := t.TempDir()
	p := &compose.Plan{Base: "r.example/base:1", Platforms: []string{amd}, Launch: sealer.Launch{Cmds: []string{"a", "b c"}}}
	if err := lower.Write(t.Context(), p, &lock.Lock{}, s, dir); err != nil {
		t.Fatal(err)
	}
	q := again(t, dir)
	if q.Base != p.Base || !slices.Equal(q.Launch.Cmds, p.Launch.Cmds) {
		t.Errorf("%+v", q)
	}
}

// TestOneArchive has the owners of all platforms in one archive where they are the
// same, and in one each where only one platform has some.
func TestOneArchive(t *testing.T) {
	t.Parallel()
	s := open(t)
	for only, want := range map[string][]string{"": {"owners.tar"}, arm: {"owners-amd64.tar", "owners-arm64.tar"}} {
		dir := t.TempDir()
		p := &compose.Plan{Name: "test", Platforms: []string{amd, arm}, Files: []compose.File{
			{Name: "manifests", Mode: os.ModeDir | 0o710},
			{Name: "big", Mode: 0o600, UID: 1, Platform: only, Content: data("x")},
		}}
		if err := lower.Write(t.Context(), p, &lock.Lock{}, s, dir); err != nil {
			t.Fatal(err)
		}
		got, err := filepath.Glob(filepath.Join(dir, "*.tar"))
		if err != nil || len(got) != len(want) || filepath.Base(got[0]) != want[0] || filepath.Base(got[len(got)-1]) != want[len(want)-1] {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
		q := again(t, dir)
		for _, platform := range p.Platforms {
			if diff := cmp.Diff(files(t, p, &lock.Lock{}, s, platform), files(t, q, &lock.Lock{}, s, platform)); diff != "" {
				t.Errorf("%s: %s", platform, diff)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := open(t)
	for want, change := range map[string]func(p *compose.Plan, l *lock.Lock, dir string) string{
		"Kubefile:3:1: a RUN in between the files cannot be lowered": func(p *compose.Plan, _ *lock.Lock, dir string) string {
			p.Runs = []compose.Run{{Position: "Kubefile:3:1"}}
			return dir
		},
		"other ENV or LABEL for linux/amd64 than for linux/arm64": func(p *compose.Plan, _ *lock.Lock, dir string) string {
			p.MetadataFor = map[string]compose.Metadata{amd: {}}
			return dir
		},
		"is not empty; choose another directory": func(_ *compose.Plan, _ *lock.Lock, dir string) string {
			return filepath.Dir(dir)
		},
		"not a directory": func(_ *compose.Plan, _ *lock.Lock, dir string) string {
			return filepath.Join(filepath.Dir(dir), "file")
		},
		"the lock has no pin for https://c.example#web@1": func(_ *compose.Plan, l *lock.Lock, dir string) string {
			l.Downloads = nil
			return dir
		},
		"write owners.tar: ": func(p *compose.Plan, _ *lock.Lock, dir string) string {
			p.Files = []compose.File{{Name: "big", Mode: 0o600, Content: compose.Content{Local: "x", Member: "m", Digest: digest.FromString("gone"), Size: 4}}}
			return dir
		},
		"the value of LINES has several lines": func(p *compose.Plan, _ *lock.Lock, dir string) string {
			p.Env = []string{"LINES=a\nb"}
			return dir
		},
		"write apps/web/charts/web-1.tgz": func(_ *compose.Plan, l *lock.Lock, dir string) string {
			l.Downloads[0].Digest = digest.FromString("gone")
			return dir
		},
	} {
		p, l := sample(t, s)
		parent := t.TempDir()
		if err := os.WriteFile(filepath.Join(parent, "file"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		err := lower.Write(t.Context(), p, l, s, change(p, l, filepath.Join(parent, "new")))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
