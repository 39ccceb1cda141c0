package opc_test

import (
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/opc"
)

// programs is a component of two programs, one of them in a container image
// without a base.
func (u *upstream) programs() {
	u.component("demo", `modules: [{name: m, path: _m, stamp: {main.version: v7}}]
install: {hostFiles: [{go: {package: ./one}, way: source, dest: bin/one, mode: "0755"}]}
build:
  - name: r.example/two:1
    way: source
    user: "0"
    root: it does
    entrypoint: [/two]
    files: [{go: {package: ./two}, dest: /two, mode: "0755"}]
images: [{name: "r.example/two:1", extra: it is}]`)
	for name, text := range map[string]string{
		"source.mod": "module m.example\n\ngo 1.24\n", "source.sum": "",
		"one/main.go": "package main\n\nvar version string\n\nfunc main() { println(version) }\n",
		"two/main.go": "package main\n\nfunc main() {}\n",
	} {
		u.catalog["demo/_m/"+name] = &fstest.MapFile{Mode: 0o644, Data: []byte(text)}
	}
}

// logged collects what a client tells.
type logged struct {
	mu    sync.Mutex
	lines []string
}

func (l *logged) to(o *opc.Options) {
	o.Log = func(line string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.lines = append(l.lines, line)
	}
}

// compilations counts those begun since the last time.
func (l *logged) compilations() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if strings.HasPrefix(line, "compile ") {
			n++
		}
	}
	l.lines = nil
	return n
}

func sourcePlan(t *testing.T, c *opc.Client) *compose.Plan {
	t.Helper()
	p, err := c.Compose(t.Context(), opc.Target{Name: "demo", Way: catalog.Source, Platforms: []string{amd, arm}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFromSource compiles once for each platform, gives the same image in
// another store, and compiles nothing that is there.
func TestFromSource(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.programs()
	var log logged
	c := u.client(log.to)
	p := sourcePlan(t, c)
	l := pins(t, c, p, nil)
	if n := log.compilations(); n != 2 {
		t.Errorf("%d compilations, want one for each platform", n)
	}
	if !strings.HasPrefix(l.Tools["go"], "go1.") {
		t.Errorf("the lock does not say the version of Go: %v", l.Tools)
	}
	img := build(t, c, p, l, "demo")
	whole(t, c, "demo")
	root, err := c.Rootfs(t.Context(), img, amd)
	if err != nil {
		t.Fatal(err)
	}
	f, err := root.Open("bin/one")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()

	if again := pins(t, c, p, nil); again.Downloads[0].Digest != l.Downloads[0].Digest || log.compilations() != 0 {
		t.Error("what the store has was compiled again")
	}
	var otherLog logged
	other := u.client(otherLog.to)
	if again := build(t, other, p, l, "demo"); again.Descriptor.Digest != img.Descriptor.Digest {
		t.Errorf("in another store: %s, was %s", again.Descriptor.Digest, img.Descriptor.Digest)
	}
	if n := otherLog.compilations(); n != 2 {
		t.Errorf("%d compilations for a lock from elsewhere", n)
	}
	whole(t, other, "demo")
}

func TestFromSourceErrors(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.programs()
	c := u.client()
	p := sourcePlan(t, c)
	l := pins(t, c, p, nil)

	moved := *l
	moved.Downloads = append([]lock.Download(nil), l.Downloads...)
	moved.Downloads[0].Digest = digest.FromString("of another compiler")
	if err := c.Fetch(t.Context(), p, &moved); err == nil || !strings.Contains(err.Error(), "it was made with other tools than [go1.") {
		t.Errorf("error %v", err)
	}
	old := *l
	old.Tools = map[string]string{"tar": l.Tools["tar"], "go": "go1.1"}
	if err := c.CheckLock(t.Context(), p, &old); err == nil || !strings.Contains(err.Error(), "other encoders or compilers") {
		t.Errorf("error %v", err)
	}
	u.catalog["demo/_m/one/main.go"].Data = []byte("package main\n\nfunc main() { wrong() }\n")
	broken := u.client()
	if _, err := broken.Lock(t.Context(), sourcePlan(t, broken), nil); err == nil || !strings.Contains(err.Error(), "one/main.go:3:15: undefined: wrong") {
		t.Errorf("error %v", err)
	}
}

// TestFromSourceOffline asks neither a module proxy nor the distribution.
func TestFromSourceOffline(t *testing.T) {
	t.Parallel()
	for want, lines := range map[string]string{
		"module lookup disabled by GOPROXY=off": `modules: [{name: m, path: _m}]
install: {hostFiles: [{go: {package: ./one}, way: source, dest: bin/one}]}`,
		"deb://nft/1.0-1?arch=amd64 for demo: the network is not to be used": `install: {hostFiles: [{debian: {package: nft, version: 1.0-1}, sha256: ` +
			strings.Repeat("a", 64) + `, member: usr/sbin/nft, platform: linux/amd64, way: source, dest: bin/nft}]}`,
	} {
		u := newUpstream(t)
		u.component("demo", lines)
		for name, text := range map[string]string{
			"source.mod": "module m.example\n\ngo 1.24\n\nrequire no.such.example/module v1.0.0\n", "source.sum": "no.such.example/module v1.0.0 h1:" + strings.Repeat("A", 43) + "=\nno.such.example/module v1.0.0/go.mod h1:" + strings.Repeat("A", 43) + "=\n",
			"one/main.go": "package main\n\nimport _ \"no.such.example/module\"\n\nfunc main() {}\n",
		} {
			u.catalog["demo/_m/"+name] = &fstest.MapFile{Mode: 0o644, Data: []byte(text)}
		}
		c := u.client(func(o *opc.Options) { o.Remote.Offline = true })
		if _, err := c.Lock(t.Context(), sourcePlan(t, c), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwants %s", err, want)
		}
	}
}

// TestRehearseSource has stand-ins for what would be compiled.
func TestRehearseSource(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.programs()
	p := sourcePlan(t, u.client())
	var log logged
	opts := opc.Options{Store: t.TempDir(), Client: "opc-image test"}
	log.to(&opts)
	r, err := opc.Rehearse(t.Context(), opts, p, opc.RehearsalOptions{TargetDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	build(t, r.Client, p, pins(t, r.Client, p, nil), "demo")
	whole(t, r.Client, "demo")
	if n := log.compilations(); n != 0 {
		t.Errorf("%d compilations in a rehearsal", n)
	}
}

// TestBaseFromSource rehearses the base in both ways, with both Kubernetes: every
// program has one, and the images are those that are asked for.
func TestBaseFromSource(t *testing.T) {
	t.Parallel()
	for _, minor := range []string{"1.36", "1.37"} {
		for _, way := range catalog.Ways() {
			c, err := opc.Open(opc.Options{Store: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			p, err := c.Compose(t.Context(), opc.Target{Name: "base", Way: way, Args: map[string]string{"KUBE_VERSION": minor, "CNI": "none"}})
			c.Close()
			if err != nil {
				t.Fatal(err)
			}
			r, err := opc.Rehearse(t.Context(), opc.Options{Store: t.TempDir()}, p, opc.RehearsalOptions{TargetDir: t.TempDir(), Limit: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			img := build(t, r.Client, p, pins(t, r.Client, p, nil), "base")
			whole(t, r.Client, "base")
			if n := len(img.Variants[1].Images); n != 8 || len(img.Variants) != 2 {
				t.Errorf("%s from %s: %d images", minor, way, n)
			}
			root, err := r.Rootfs(t.Context(), img, arm)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"bin/kubeadm", "bin/kubelet", "bin/kubectl", "bin/helm", "bin/registry", "bin/opc-kubeadm", "bin/opc-vip", "bin/opc-host", "bin/etcdctl", "bin/etcdutl",
				"cri/containerd", "cri/containerd-shim-runc-v2", "cri/ctr", "cri/runc", "cni/loopback", "etc/opc/release", "etc/kubeadm.yml.tmpl", "scripts/init-kube.sh", "statics/audit-policy.yml", "plugins/preflight-node.yaml"} {
				f, err := root.Open(name)
				if err != nil {
					t.Errorf("%s from %s: %v", minor, way, err)
					continue
				}
				f.Close()
			}
			r.Close()
		}
	}
	if _, err := os.Stat("base.opc.lock"); err == nil {
		t.Error("a lock was left behind")
	}
}
