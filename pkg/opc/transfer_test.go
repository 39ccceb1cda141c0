package opc_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote"
)

// small builds an image of one file for both platforms.
func small(t *testing.T, c *opc.Client, name string) (*compose.Plan, *lock.Lock, *opc.Image) {
	t.Helper()
	p := plan(t, c, kubefile(t, "FROM scratch\nCOPY a .", "a", "a"))
	l := pins(t, c, p, nil)
	return p, l, build(t, c, p, l, name)
}

// TestPushPull takes an image over a registry to another store.
func TestPushPull(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	c := u.client()
	_, _, img := small(t, c, "small")
	to := u.server.Host() + "/team/small:v1"
	pushed, err := c.Push(t.Context(), "small", opc.PushOptions{To: to})
	if err != nil {
		t.Fatal(err)
	}
	if pushed.Name != to || u.registry.Tag("team/small", "v1") != img.Descriptor.Digest {
		t.Errorf("%+v", pushed)
	}
	other := u.client()
	pulled, err := other.Pull(t.Context(), to, nil)
	if err != nil || pulled.Descriptor.Digest != img.Descriptor.Digest {
		t.Fatalf("%+v, %v", pulled, err)
	}
	whole(t, other, to)
	if err := other.VerifyRemote(t.Context(), to); err != nil {
		t.Error(err)
	}
	one, err := u.client().Pull(t.Context(), to, []string{arm})
	if err != nil || len(one.Variants) != 1 || one.Variants[0].Platform != arm {
		t.Errorf("%+v, %v", one, err)
	}
	_, err = c.Push(t.Context(), "small", opc.PushOptions{})
	if !errors.Is(err, opc.ErrInput) || !strings.Contains(err.Error(), "say where to push it: opc-image push localhost/small:latest REGISTRY/small") {
		t.Errorf("push of a local name: %v", err)
	}
	if _, err := other.Pull(t.Context(), u.server.Host()+"/team/gone:v1", nil); err == nil {
		t.Error("pulled what is not there")
	}
}

// TestSaveLoad takes an image in an archive to another store.
func TestSaveLoad(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	c := u.client()
	_, _, img := small(t, c, "small")
	file := filepath.Join(t.TempDir(), "small.tar")
	if err := c.Save(t.Context(), "small", "", file); err != nil {
		t.Fatal(err)
	}
	other := u.client()
	loaded, err := other.Load(t.Context(), file, "")
	if err != nil || len(loaded) != 1 || loaded[0].Name != img.Name || loaded[0].Descriptor.Digest != img.Descriptor.Digest {
		t.Errorf("%+v, %v", loaded, err)
	}
	var stream bytes.Buffer
	if err := c.SaveTo(t.Context(), "small", arm, &stream); err != nil {
		t.Fatal(err)
	}
	loaded, err = other.LoadFrom(t.Context(), &stream, "renamed")
	if err != nil || len(loaded) != 1 || loaded[0].Name != "localhost/renamed:latest" {
		t.Errorf("%+v, %v", loaded, err)
	}
	for what, err := range map[string]error{
		"save nothing":       c.Save(t.Context(), "gone", "", file),
		"save no platform":   c.Save(t.Context(), "small", "linux/s390x", file+"2"),
		"load nothing":       errOf(other.Load(t.Context(), file+"3", "")),
		"load under no name": errOf(other.Load(t.Context(), file, "Bad Name")),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func TestHandler(t *testing.T) {
	t.Parallel()
	c := newUpstream(t).client()
	_, _, img := small(t, c, "small")
	small(t, c, "hidden")
	handler, err := c.Handler([]string{"small"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/v2/small/manifests/latest": http.StatusOK, "/v2/hidden/manifests/latest": http.StatusNotFound} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		handler.ServeHTTP(w, r)
		if w.Code != want || want == http.StatusOK && w.Header().Get("Docker-Content-Digest") != img.Descriptor.Digest.String() {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
	}
	if _, err := c.Handler([]string{"Bad Name"}); !errors.Is(err, opc.ErrInput) {
		t.Errorf("a bad name: %v", err)
	}
}

// TestStandins marks what a rehearsal makes, and keeps it on this machine.
func TestStandins(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	same := func(name string) (string, error) { return name, nil }
	c := u.client(func(o *opc.Options) { o.Standins = &opc.Standins{Pin: same, PinImage: same} })
	small(t, c, "small")
	_, err := c.Push(t.Context(), "small", opc.PushOptions{To: "r.example/team/small:v1"})
	if !errors.Is(err, opc.ErrInput) || !strings.Contains(err.Error(), "was made in a rehearsal and holds stand-ins") {
		t.Errorf("error %v", err)
	}
	if _, err := c.Push(t.Context(), "small", opc.PushOptions{To: u.server.Host() + "/team/small:here"}); err != nil {
		t.Errorf("to this machine: %v", err)
	}
	offline := u.client(func(o *opc.Options) { o.Store = c.Store().Dir(); o.Remote.Offline = true })
	_, err = offline.Push(t.Context(), "small", opc.PushOptions{To: "r.example/team/small:v1", AllowStandins: true})
	if !errors.Is(err, remote.ErrOffline) { // it was not refused before
		t.Errorf("allowed: %v", err)
	}
}

// TestLower writes a context for sealer that composes again to the same apps.
func TestLower(t *testing.T) {
	t.Parallel()
	u, c, p, l := lockedWeb(t)
	dir := filepath.Join(t.TempDir(), "context")
	if err := u.client().Lower(t.Context(), p, l, dir); err != nil { // on an empty store
		t.Fatal(err)
	}
	q := plan(t, c, dir)
	if len(q.Apps) != 1 || q.Apps[0].Name != "web" || q.Apps[0].Cmds[0] != p.Apps[0].Cmds[0] || q.Launch.AppNames[0] != "web" {
		t.Errorf("%+v", q)
	}
	build(t, c, q, pins(t, c, q, nil), "lowered")
	whole(t, c, "lowered")
}

func TestLintKubefile(t *testing.T) {
	t.Parallel()
	dir := kubefile(t, "from scratch\ncopy gone .\nCMD true\n")
	file := filepath.Join(dir, opc.KubefileName)
	found, err := opc.LintKubefile(file, true)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, f.Severity+" "+f.Rule)
	}
	if text := strings.Join(got, ", "); text != "error context-missing, warning cmd-deprecated" {
		t.Errorf("found %s", text)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), "FROM scratch\nCOPY gone .\n") {
		t.Errorf("%q, %v", text, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("besides the file there is %v, %v", left, err)
	}
	link := filepath.Join(t.TempDir(), opc.KubefileName)
	if err := errors.Join(os.WriteFile(file, []byte("from scratch\n"), 0o640), os.Chmod(file, 0o640), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	if _, err := opc.LintKubefile(link, true); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if text, _ := os.ReadFile(file); err != nil || string(text) != "FROM scratch\n" || info.Mode() != 0o640 {
		t.Errorf("through a link: %q, %v, %v", text, info, err)
	}
	bad := filepath.Join(kubefile(t, "FROB x\n"), opc.KubefileName)
	if found, err := opc.LintKubefile(bad, false); err != nil || len(found) == 0 || found[0].Rule != "syntax" {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := opc.LintKubefile(bad+"gone", false); !errors.Is(err, opc.ErrInput) {
		t.Errorf("no file: %v", err)
	}
}

// TestCancelled stops at once and leaves no name.
func TestCancelled(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.web()
	c := u.client()
	p := plan(t, c, "web")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Lock(ctx, p, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("lock: %v", err)
	}
	l := pins(t, c, p, nil)
	if _, err := c.Build(ctx, p, l, "web"); !errors.Is(err, context.Canceled) {
		t.Errorf("build: %v", err)
	}
	if list, err := c.Images(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestLogin checks credentials where the registry asks for none.
func TestLogin(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	c := u.client()
	if err := c.CheckRegistry(t.Context(), u.server.Host()); err != nil {
		t.Error(err)
	}
	if err := c.CheckRegistry(t.Context(), "127.0.0.1:1"); err == nil {
		t.Error("nobody answers, and that is fine")
	}
	if was, err := c.Logout(t.Context(), u.server.Host()); was || err != nil {
		t.Errorf("nobody was logged in: %t, %v", was, err)
	}
}
