package bake_test

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/bake"
)

// TestGolden holds the digest of a small image: it changes only when what images
// are made of changes on purpose, which is news for everybody who has a lock.
func TestGolden(t *testing.T) {
	t.Parallel()
	const want = "sha256:1c75f8c205c9ec619c66d8a30bb8978c6bd37201c629ea02cf68ce753344f5b5"
	w := platform(t)
	if got := w.bake(bake.Options{}).Digest; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

// TestSame bakes the same on other machines: with other processors, time zone
// and umask, in another order. It changes what the whole process has, so it does
// not run beside others.
func TestSame(t *testing.T) {
	want := platform(t).bake(bake.Options{}).Digest
	zone, processors := time.Local, runtime.GOMAXPROCS(0)
	t.Cleanup(func() { time.Local = zone; runtime.GOMAXPROCS(processors) })
	t.Setenv("TZ", "Asia/Shanghai")
	time.Local = time.FixedZone("far", 9*3600)
	umask := syscall.Umask(0o077)
	t.Cleanup(func() { syscall.Umask(umask) })
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		w := platform(t)
		// A later file replaces an earlier one: those keep their order.
		head, rest := w.plan.Files[:2], w.plan.Files[2:]
		random := rand.New(rand.NewPCG(1, uint64(n)))
		random.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		w.plan.Files = slices.Concat(head, rest)
		random.Shuffle(len(w.lock.Images), func(i, j int) { w.lock.Images[i], w.lock.Images[j] = w.lock.Images[j], w.lock.Images[i] })
		for _, again := range []string{"first", "again, with all layers known"} {
			if got := w.bake(bake.Options{}).Digest; got != want {
				t.Errorf("%d processors, %s: %s, want %s", n, again, got, want)
			}
		}
	}
}

// TestOneChange changes an image of one component, and with it only the layers
// that this component has, and the record.
func TestOneChange(t *testing.T) {
	t.Parallel()
	before := platform(t)
	was := layersOf(before.open(before.bake(bake.Options{}))[amd])
	changed := platform(t)
	changed.lock.Images = nil
	for _, pin := range before.lock.Images {
		if pin.Name != "r.example/web:1" {
			changed.lock.Images = append(changed.lock.Images, pin)
		}
	}
	changed.image("r.example/web:1", []string{"web"}, []string{amd, arm}, "shared base", "a new layer")
	is := layersOf(changed.open(changed.bake(bake.Options{}))[amd])
	if len(was) != len(is) {
		t.Errorf("layers %v, before %v", slices.Sorted(maps.Keys(is)), slices.Sorted(maps.Keys(was)))
	}
	same := 0
	for name, dgst := range is {
		switch mine := name == "web" || name == "Record"; {
		case mine == (was[name] == dgst):
			t.Errorf("layer %s: %s, was %s", name, dgst, was[name])
		case !mine:
			same++
		}
	}
	if same < 4 {
		t.Errorf("only %d layers are the same: %v", same, is)
	}
	if _, shared := is["db+net+web"]; !shared {
		t.Errorf("what several components share has no layer of its own: %v", slices.Sorted(maps.Keys(is)))
	}
}

// TestOnce has every file in one layer only.
func TestOnce(t *testing.T) {
	t.Parallel()
	w := platform(t)
	for platform, img := range w.open(w.bake(bake.Options{})) {
		at := map[string]digest.Digest{}
		for _, l := range img.Manifest.Layers {
			for name := range w.names(l) {
				if other, ok := at[name]; ok {
					t.Errorf("%s: %s is in %s and %s", platform, name, other, l.Digest)
				}
				at[name] = l.Digest
			}
		}
		if len(at) < 30 {
			t.Errorf("%s: %d files in all", platform, len(at))
		}
	}
}
