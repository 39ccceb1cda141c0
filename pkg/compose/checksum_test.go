package compose_test

import (
	"archive/tar"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opc-source/opc-image/pkg/compose"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// inputs is a fixture with one of everything a checksum depends on.
func inputs(t *testing.T) fixture {
	t.Helper()
	return fixture{
		kubefile: "ARG TEXT=x\nENV A=$TEXT\nCOPY a.txt run.sh etc/\nADD x.tgz opt/\nCOPY dir dir\nAPP demo component://demo\nRUN true\nLAUNCH demo",
		context: map[string]string{
			"a.txt": "a", "run.sh*": "#!/bin/sh", "dir/link": "-> ../a.txt",
			"x.tgz": archive(t, tar.Header{Name: "m", Typeflag: tar.TypeReg, Linkname: "member"}),
		},
		components: maps.Clone(everything),
	}
}

func TestChecksumChanges(t *testing.T) {
	t.Parallel()
	was := checksum(t, plan(t, inputs(t)))
	for name, change := range map[string]func(f *fixture){
		"a file":            func(f *fixture) { f.context["a.txt"] = "b" },
		"an executable bit": func(f *fixture) { f.context["a.txt*"] = "a"; delete(f.context, "a.txt") },
		"a link":            func(f *fixture) { f.context["dir/link"] = "-> gone" },
		"one file more":     func(f *fixture) { f.context["dir/more"] = "" },
		"an archive": func(f *fixture) {
			f.context["x.tgz"] = archive(t, tar.Header{Name: "m", Typeflag: tar.TypeReg, Linkname: "membeR"})
		},
		"an instruction":    func(f *fixture) { f.kubefile = strings.Replace(f.kubefile, "etc/", "usr/", 1) },
		"an owner":          func(f *fixture) { f.kubefile = strings.Replace(f.kubefile, "COPY a", "COPY --chown=1 a", 1) },
		"a build argument":  func(f *fixture) { f.request = func(r *compose.Request) { r.Args = map[string]string{"TEXT": "y"} } },
		"a command":         func(f *fixture) { f.kubefile = strings.Replace(f.kubefile, "RUN true", "RUN false", 1) },
		"the launch":        func(f *fixture) { f.kubefile = strings.Replace(f.kubefile, "LAUNCH demo", "", 1) },
		"a chart's version": func(f *fixture) { f.components["demo"] = strings.Replace(f.components["demo"], "2.0.0", "2.0.1", 1) },
		"a values file":     func(f *fixture) { f.components["demo/web.yaml"] = "replicas: 2" },
		"a built image":     func(f *fixture) { f.components["demo"] = strings.Replace(f.components["demo"], `"1000"`, `"1001"`, 1) },
		"platforms":         func(f *fixture) { f.request = twoPlatforms },
		"Kubernetes":        func(f *fixture) { f.request = func(r *compose.Request) { r.KubeVersion = "v1.35.0" } },
		"the type":          func(f *fixture) { f.request = func(r *compose.Request) { r.Type = "app-installer" } },
	} {
		f := inputs(t)
		change(&f)
		if now := checksum(t, plan(t, f)); now == was {
			t.Errorf("%s: the checksum is the same", name)
		}
	}
}

// TestChecksumStays composes from a copy elsewhere, made at another time by
// somebody with another umask.
func TestChecksumStays(t *testing.T) {
	t.Parallel()
	f := inputs(t)
	was := checksum(t, plan(t, f))
	dir := filepath.Join(t.TempDir(), "elsewhere")
	write(t, dir, f.context)
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err != nil || info.Mode()&os.ModeSymlink != 0 {
			return err
		}
		mode := os.FileMode(0o666)
		if info.Mode()&0o100 != 0 {
			mode = 0o777
		}
		if err := os.Chmod(name, mode); err != nil {
			return err
		}
		return os.Chtimes(name, time.Unix(1, 0), time.Unix(1, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := compose.OpenContext(dir, "Kubefile")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	f.context = nil
	f.request = func(r *compose.Request) { r.Context = elsewhere }
	if now := checksum(t, plan(t, f)); now != was {
		t.Errorf("checksum %s, was %s", now, was)
	}
	f.request = func(r *compose.Request) {
		r.Context, r.Platforms = elsewhere, []string{"linux/arm64", "linux/amd64", "linux/arm64"}
	}
	g := f
	g.request = func(r *compose.Request) { r.Context = elsewhere; twoPlatforms(r) }
	if checksum(t, plan(t, f)) != checksum(t, plan(t, g)) {
		t.Error("the order of platforms changes the checksum")
	}
}

func TestChecksumNeedsMeasure(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "COPY a.txt .", context: map[string]string{"a.txt": "a"}})
	if _, err := p.Checksum(); err == nil || !strings.Contains(err.Error(), "a.txt was not measured") {
		t.Errorf("error %v", err)
	}
	if err := os.Remove(p.Files[0].Content.Local); err != nil {
		t.Fatal(err)
	}
	if err := p.Measure(t.Context()); err == nil {
		t.Error("measured a file that is gone")
	}
}
