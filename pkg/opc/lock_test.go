package opc_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// TestKeepPins changes everything upstream, and then the plan: what the old lock
// has stays, unless everything is resolved anew.
func TestKeepPins(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.web()
	c := u.client()
	old := pins(t, c, plan(t, c, "web"), nil)
	moved := u.image("web", "1", "moved")
	u.files["web.yaml"] += "# changed\n"

	u.component("web", `install: {manifests: [{url: "https://x.example/web.yaml"}]}
images: [{name: "r.example/web:1", found: rendered, size: 2MiB}]`)
	c = u.client(func(o *opc.Options) { o.Store = c.Store().Dir() })
	p := plan(t, c, "web")
	if err := c.CheckLock(t.Context(), p, old); !errors.Is(err, lock.ErrStale) {
		t.Errorf("the plan has changed, and the lock fits: %v", err)
	}
	kept := pins(t, c, p, old)
	if diff := cmp.Diff(old.Images, kept.Images); diff != "" {
		t.Errorf("images: %s", diff)
	}
	if diff := cmp.Diff(old.Downloads, kept.Downloads); diff != "" {
		t.Errorf("downloads: %s", diff)
	}
	if kept.Inputs == old.Inputs {
		t.Error("the new lock is for the old plan")
	}
	anew := pins(t, c, p, nil)
	if anew.Images[0].Digest != moved || anew.Downloads[0].Digest == old.Downloads[0].Digest {
		t.Errorf("resolved anew: %+v", anew)
	}
	build(t, c, p, kept, "kept")
	whole(t, c, "kept")
}

// TestPublishedAs has an image that upstream publishes under two names. The
// cluster asks for one.
func TestPublishedAs(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.component("chaos", `install: {manifests: [{url: "https://x.example/chaos.yaml"}]}
images:
  - name: r.example/tool:1
    found: rendered
    publishedAs: {linux/arm64: "r.example/tool-arm64:1"}`)
	u.files["chaos.yaml"] = pod("r.example/tool:1")
	amdManifest := u.manifest("tool", "1", amd, "tool")
	armManifest := u.manifest("tool-arm64", "1", arm, "tool")
	c := u.client()
	p := plan(t, c, "chaos")
	l := pins(t, c, p, nil)
	want := []lock.Manifest{
		{Platform: amd, Digest: amdManifest.Digest, MediaType: amdManifest.MediaType, Size: amdManifest.Size, From: "r.example/tool:1"},
		{Platform: arm, Digest: armManifest.Digest, MediaType: armManifest.MediaType, Size: armManifest.Size, From: "r.example/tool-arm64:1"},
	}
	if len(l.Images) != 1 || l.Images[0].Name != "r.example/tool:1" || !l.Images[0].Assembled || len(l.Images[0].Why) == 0 {
		t.Fatalf("%+v", l.Images)
	}
	if diff := cmp.Diff(want, l.Images[0].Platforms); diff != "" {
		t.Error(diff)
	}
	img := build(t, c, p, l, "chaos")
	whole(t, c, "chaos")
	elsewhere := u.client()
	if got := build(t, elsewhere, p, l, "chaos"); got.Descriptor.Digest != img.Descriptor.Digest {
		t.Errorf("on an empty store: %s, was %s", got.Descriptor.Digest, img.Descriptor.Digest)
	}
	whole(t, elsewhere, "chaos")
	u.manifest("tool-arm64", "1", arm, "moved")
	stale := *l
	stale.Inputs = digest.FromString("other")
	if kept := pins(t, c, p, &stale); !cmp.Equal(kept.Images, l.Images) {
		t.Errorf("old pins are lost: %s", cmp.Diff(l.Images, kept.Images))
	}
	if anew := pins(t, c, p, nil); anew.Images[0].Digest == l.Images[0].Digest {
		t.Error("resolved anew, it is the same")
	}
	if got := opc.Registries(p); len(got) != 1 {
		t.Errorf("registries %v", got)
	}
}

// TestOnePlatformImage has an image that one platform lacks: a warning says so,
// and the image is whole without it.
func TestOnePlatformImage(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.component("games", `install: {manifests: [{url: "https://x.example/games.yaml"}]}
images:
  - {name: "r.example/web:1", found: rendered, size: 1MiB}
  - {name: "r.example/games:1", found: rendered, size: 1MiB, platforms: [linux/amd64]}`)
	u.files["games.yaml"] = pod("r.example/web:1", "r.example/games:1")
	u.image("web", "1", "web")
	u.image("games", "1", "games", amd)
	c := u.client()
	for _, targets := range [][]string{{amd, arm}, {arm}} {
		p := plan(t, c, "games", targets...)
		want := "component games: image r.example/games:1 is not published for linux/arm64"
		if len(p.Warnings) != 1 || !strings.HasPrefix(p.Warnings[0], want) {
			t.Errorf("%v: warnings %q", targets, p.Warnings)
		}
		build(t, c, p, pins(t, c, p, nil), "games")
		reports, err := c.Verify(t.Context(), "games", false)
		if err != nil {
			t.Errorf("%v: %v: %+v", targets, err, reports)
		}
		last := reports[len(reports)-1]
		if diff := cmp.Diff([]string{"r.example/games:1"}, last.LeftOut); diff != "" {
			t.Errorf("%v: %s", targets, diff)
		}
		if n := opc.EstimatedSize(p); n != int64(len(targets)*2-1)<<20 {
			t.Errorf("%v: %d bytes estimated", targets, n)
		}
	}
}

func TestCheckLock(t *testing.T) {
	t.Parallel()
	_, c, p, l := lockedWeb(t)
	l.Tools = map[string]string{"tar": "of old"}
	if err := c.CheckLock(t.Context(), p, l); !errors.Is(err, lock.ErrStale) || !strings.Contains(err.Error(), "other encoders") {
		t.Errorf("error %v", err)
	}
	if now := pins(t, c, p, l); now.Tools["tar"] == "of old" {
		t.Error("a lock of old encoders is kept")
	}
	short := &lock.Lock{}
	if err := c.Fetch(t.Context(), p, short); !errors.Is(err, lock.ErrStale) {
		t.Errorf("a lock without pins: %v", err)
	}
}

// TestAllFailures reports everything that failed at once.
func TestAllFailures(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.component("bad", `install: {manifests: [{url: "https://x.example/a.yaml"}, {url: "https://x.example/b.yaml"}]}`)
	u.component("gone", `install: {manifests: [{url: "https://x.example/gone.yaml"}]}
images: [{name: "r.example/one:1", found: rendered}, {name: "r.example/two:1", found: rendered}]`)
	u.component("more", `install: {manifests: [{url: "https://x.example/gone.yaml"}]}`)
	u.files["gone.yaml"] = pod("r.example/one:1", "r.example/two:1")
	c := u.client()
	for name, want := range map[string][]string{
		"bad":  {"x.example/a.yaml", "x.example/b.yaml", "404"},
		"gone": {"r.example/one:1", "r.example/two:1", "404"},
		"more": {"more: 2 images need a decision", "r.example/one:1", "r.example/two:1"},
	} {
		_, err := c.Lock(t.Context(), plan(t, c, name), nil)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v\n  want %s", name, err, w)
			}
		}
		if name == "more" && !errors.Is(err, opc.ErrIncomplete) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChangedUpstream has a download that is no longer what the lock pins.
func TestChangedUpstream(t *testing.T) {
	t.Parallel()
	u, _, p, l := lockedWeb(t)
	u.files["web.yaml"] = pod("r.example/evil:1")
	err := u.client().Fetch(t.Context(), p, l)
	if err == nil || !strings.Contains(err.Error(), l.Downloads[0].Digest.String()) || !strings.Contains(err.Error(), "web.yaml") {
		t.Errorf("error %v", err)
	}
}

// TestDownloadsAtOnce downloads side by side, and no more at a time than allowed.
func TestDownloadsAtOnce(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	var lines []string
	for _, name := range strings.Split("abcdefgh", "") {
		lines = append(lines, `{url: "https://x.example/`+name+`", dest: bin/`+name+`}`)
		u.files[name] = name
	}
	u.component("many", "install: {hostFiles: ["+strings.Join(lines, ", ")+"]}")
	var now, most atomic.Int32
	slow := func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(20 * time.Millisecond)
		now.Add(-1)
		good.ServeHTTP(w, r)
	}
	faults := make([]remotetest.Fault, 16)
	for i := range faults {
		faults[i] = slow
	}
	u.server.Fault("GET", "/files/", faults...)
	c := u.client(func(o *opc.Options) { o.Remote.Config.Limits = remote.Limits{Total: 3, PerHost: 3} })
	l := pins(t, c, plan(t, c, "many"), nil)
	if n := most.Load(); n < 2 || n > 3 {
		t.Errorf("%d downloads at a time", n)
	}
	most.Store(0)
	elsewhere := u.client(func(o *opc.Options) { o.Remote.Config.Limits = remote.Limits{Total: 3, PerHost: 3} })
	if err := elsewhere.Fetch(t.Context(), plan(t, c, "many"), l); err != nil {
		t.Fatal(err)
	}
	if n := most.Load(); n < 2 || n > 3 {
		t.Errorf("%d downloads of a lock at a time", n)
	}
}
