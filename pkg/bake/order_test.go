package bake_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/store"
)

// watched notes the layers that are made.
type watched struct {
	bake.Store
	mu   sync.Mutex
	made []*layer.Recipe
}

func (s *watched) PutLayer(ctx context.Context, r *layer.Recipe, m *progress.Meter) (ocispec.Descriptor, error) {
	s.mu.Lock()
	s.made = append(s.made, r)
	s.mu.Unlock()
	return s.Store.PutLayer(ctx, r, m)
}

// early is a store to which no layer of an image has come yet.
type early struct {
	bake.Store
	*testing.T
}

func (s early) Open(dgst digest.Digest) (store.Blob, error) {
	s.Errorf("%s is read", dgst)
	return nil, store.ErrNotFound
}

func (s early) PutLayer(context.Context, *layer.Recipe, *progress.Meter) (ocispec.Descriptor, error) {
	s.Error("a layer is made")
	return ocispec.Descriptor{}, store.ErrNotFound
}

// TestOrder tells what baking reads: layer by layer, the largest first, of one
// platform after the other.
func TestOrder(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.image("r.example/huge:1", []string{"db"}, []string{amd, arm}, strings.Repeat("x", 1<<20))
	w.image("r.example/big:1", []string{"net"}, []string{amd, arm}, strings.Repeat("y", 1<<10), strings.Repeat("z", 1<<12))
	order, err := bake.Order(t.Context(), w.plan, w.lock, early{w.store, t}, bake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &watched{Store: w.store}
	if _, err := bake.Bake(t.Context(), w.plan, w.lock, s, bake.Options{}); err != nil {
		t.Fatal(err)
	}
	if order[0] != digest.FromString(strings.Repeat("x", 1<<20)) {
		t.Errorf("the first is %s", order[0])
	}
	var sizes []int64 // of the layers, as the order has them
	for rest := order; len(rest) > 0; {
		i := slices.IndexFunc(s.made, func(r *layer.Recipe) bool {
			return slices.ContainsFunc(r.Blobs(), func(b layer.Segment) bool { return b.Digest == rest[0] })
		})
		if i < 0 {
			t.Fatalf("%s is in no layer, or in a layer that came before", rest[0])
		}
		n := len(s.made[i].Blobs())
		for _, b := range s.made[i].Blobs() {
			if !slices.Contains(rest[:n], b.Digest) {
				t.Errorf("blob %s of the layer of %s is not beside it", b.Digest, rest[0])
			}
		}
		sizes = append(sizes, s.made[i].Size())
		s.made, rest = slices.Delete(s.made, i, i+1), rest[n:]
	}
	half := len(sizes) / 2 // the layers of amd64, then those of arm64
	for _, list := range [][]int64{sizes[:half], sizes[half:]} {
		// The estimates do not count directories.
		if list[0] < 1<<20 || list[1] < 4<<10 || list[0] < list[1] {
			t.Errorf("layers of %v bytes", list)
		}
	}
	for _, r := range s.made {
		if len(r.Blobs()) > 0 {
			t.Errorf("a layer of %d blobs is not in the order", len(r.Blobs()))
		}
	}
}

// TestNoOrder is about plans of which nothing can be said, or that are wrong.
func TestNoOrder(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.run("one")
	if order, err := bake.Order(t.Context(), w.plan, w.lock, early{w.store, t}, bake.Options{}); order != nil || err != nil {
		t.Errorf("with RUN: %v, %v", order, err)
	}
	for want, change := range map[string]func(w *world){
		"no platform to build for": func(w *world) { w.plan.Platforms = nil },
		"other.example/net:1":      func(w *world) { w.image("other.example/net:1", []string{"db"}, []string{amd, arm}) },
		"r.example/base:1": func(w *world) {
			w.lock.Base = &lock.Image{Name: "r.example/base:1", Digest: digest.FromString("gone"), Platforms: w.lock.Images[0].Platforms}
			w.lock.Base.Platforms = slices.Clone(w.lock.Base.Platforms)
			w.lock.Base.Platforms[0].Digest = digest.FromString("gone")
		},
	} {
		w := platform(t)
		change(w)
		_, err := bake.Order(t.Context(), w.plan, w.lock, w.store, bake.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
