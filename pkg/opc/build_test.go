package opc_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/runner"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// TestBuild builds a component, and builds it again: from the lock alone on an
// empty store, without any request on the first one, and offline.
func TestBuild(t *testing.T) {
	t.Parallel()
	u, c, p, l := lockedWeb(t)
	if n := u.server.Sent("GET", "/blobs/"); n != 0 {
		t.Errorf("locking fetched %d bytes of blobs", n)
	}
	img := build(t, c, p, l, "web")
	if img.Name != "localhost/web:latest" || len(img.Variants) != 2 || img.Variants[0].Extension.Type != sealer.AppInstaller {
		t.Errorf("%+v", img)
	}
	whole(t, c, "web")

	u.server.Forget()
	again := pins(t, c, plan(t, c, "web"), l)
	if got := build(t, c, p, again, "web").Descriptor.Digest; got != img.Descriptor.Digest {
		t.Errorf("digest %s, was %s", got, img.Descriptor.Digest)
	}
	if requests := u.server.Log("", ""); len(requests) != 0 {
		t.Errorf("with everything there: %v", requests)
	}

	data, err := lock.Encode(l)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := u.client()
	read, err := lock.Decode("opc.lock", data)
	if err != nil {
		t.Fatal(err)
	}
	if err := elsewhere.CheckLock(t.Context(), plan(t, elsewhere, "web"), read); err != nil {
		t.Error(err)
	}
	if got := build(t, elsewhere, plan(t, elsewhere, "web"), read, "").Descriptor.Digest; got != img.Descriptor.Digest {
		t.Errorf("on an empty store: digest %s, was %s", got, img.Descriptor.Digest)
	}
	for _, e := range u.server.Log("GET", "/blobs/") {
		if n := len(u.server.Log("GET", e.Path)); n != 1 {
			t.Errorf("%s was fetched %d times", e.Path, n)
		}
	}

	offline := u.client(func(o *opc.Options) { o.Store = c.Store().Dir(); o.Remote.Offline = true })
	if got := build(t, offline, p, l, "").Descriptor.Digest; got != img.Descriptor.Digest {
		t.Errorf("offline: digest %s, was %s", got, img.Descriptor.Digest)
	}
	empty := u.client(func(o *opc.Options) { o.Remote.Offline = true })
	if _, err := empty.Build(t.Context(), p, l, ""); err == nil {
		t.Error("offline on an empty store succeeds")
	}
}

// TestAssembled puts an image together that upstream does not publish; its base
// is only for building.
func TestAssembled(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.component("own", `install: {manifests: [{url: "https://x.example/own.yaml"}]}
build:
  - name: opc.internal/own:1
    from: r.example/jre:1
    user: "1000"
    files: [{url: "https://x.example/own.jar", dest: /opt/own.jar}]
  - name: opc.internal/amd:1
    from: r.example/amdbase:1
    user: "1000"
    platforms: [linux/amd64]
    files: [{url: "https://x.example/own.jar", dest: /opt/own.jar}]
images:
  - {name: "opc.internal/own:1", found: rendered}
  - {name: "opc.internal/amd:1", found: rendered, platforms: [linux/amd64]}`)
	u.files["own.yaml"], u.files["own.jar"] = pod("opc.internal/own:1", "opc.internal/amd:1"), "jar"
	u.image("jre", "1", "jre")
	u.image("amdbase", "1", "only for one", amd)
	c := u.client()
	p := plan(t, c, "own")
	l := pins(t, c, p, nil)
	var got []string
	for _, image := range l.Images {
		line := image.Name
		if image.Assembled {
			line += " assembled"
		}
		if image.BaseOnly {
			line += " base"
		}
		for _, m := range image.Platforms {
			line += " " + m.Platform
		}
		got = append(got, line)
	}
	want := []string{
		"opc.internal/amd:1 assembled linux/amd64", "opc.internal/own:1 assembled linux/amd64 linux/arm64",
		"r.example/amdbase:1 base linux/amd64", "r.example/jre:1 base linux/amd64 linux/arm64",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	img := build(t, c, p, l, "own")
	whole(t, c, "own")
	elsewhere := u.client()
	if again := build(t, elsewhere, p, l, "own"); again.Descriptor.Digest != img.Descriptor.Digest {
		t.Errorf("on an empty store: %s, was %s", again.Descriptor.Digest, img.Descriptor.Digest)
	}
	whole(t, elsewhere, "own")
	alone := plan(t, c, "own", arm)
	build(t, c, alone, pins(t, c, alone, nil), "alone")
	whole(t, c, "alone")
}

// TestBase builds on an image of this store, and notices when it is another.
func TestBase(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.web()
	c := u.client()
	below := plan(t, c, "web")
	build(t, c, below, pins(t, c, below, nil), "ground")
	dir := kubefile(t, "FROM localhost/ground\nCOPY a.txt etc/\nLAUNCH [\"web\"]", "a.txt", "a")
	p := plan(t, c, dir)
	l := pins(t, c, p, nil)
	img := build(t, c, p, l, "top")
	whole(t, c, "top")
	root, err := c.Rootfs(t.Context(), img, arm)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"etc/a.txt", "application/apps/web/launch.sh"} {
		if _, err := fs.Stat(root, name); err != nil {
			t.Error(err)
		}
	}
	locks, err := c.ImageLocks(t.Context(), "top")
	if err != nil || len(locks) != 2 || len(opc.Why(locks[:1], "web")) != 0 {
		t.Errorf("locks %v, %v", locks, err)
	}
	for _, text := range []string{"r.example/web:1", "web"} {
		if found := opc.Why(locks, text); len(found) != 1 || len(found[0].Why) == 0 {
			t.Errorf("why %s: %+v", text, found)
		}
	}
	if err := c.CheckLock(t.Context(), p, l); err != nil {
		t.Error(err)
	}
	other := kubefile(t, "FROM scratch\nCOPY b.txt .", "b.txt", "b")
	q := plan(t, c, other)
	build(t, c, q, pins(t, c, q, nil), "ground")
	if now := pins(t, c, p, l); now.Base.Digest == l.Base.Digest {
		t.Error("the base was built again, and the lock still fits")
	}
	if _, err := c.Lock(t.Context(), plan(t, c, kubefile(t, "FROM localhost/gone")), nil); err == nil {
		t.Error("a base that is not there")
	}
}

// TestMain gives RUN its processes.
func TestMain(m *testing.M) {
	if code, ok := runner.Init(); ok {
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// tool compiles a program that needs nothing of the image it runs in.
func tool(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	const text = `package main

import "os"

func main() {
	if os.WriteFile("/etc/made", []byte(os.Getenv("WHAT")), 0o644) != nil {
		os.Exit(1)
	}
}
`
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", "tool", "main.go")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-ldflags=-w", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("there is no Go here to compile a program for RUN: %v\n%s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "tool"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRun runs a command between files, for the platform of this machine.
func TestRun(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		t.Skip("only root on Linux may make the namespaces that RUN needs")
	}
	here := "linux/" + runtime.GOARCH
	u := newUpstream(t)
	c := u.client()
	dir := kubefile(t, "FROM scratch\nCOPY --chmod=755 tool .\nCOPY a.txt etc/\nENV WHAT=made\nRUN [\"/tool\"]\nCOPY a.txt etc/b.txt",
		"a.txt", "a", "tool", tool(t))
	p := plan(t, c, dir, here)
	l := pins(t, c, p, nil)
	img := build(t, c, p, l, "ran")
	root, err := c.Rootfs(t.Context(), img, here)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"etc/made": "made", "etc/a.txt": "a", "etc/b.txt": "a"} {
		if data, err := fs.ReadFile(root, name); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if again := build(t, u.client(), p, l, "ran"); again.Descriptor.Digest != img.Descriptor.Digest {
		t.Errorf("on another store: %s, was %s", again.Descriptor.Digest, img.Descriptor.Digest)
	}
}
