package opc_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/opc"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
)

// two is a component of two images, the second of which is larger.
func (u *upstream) two() (small, large digest.Digest) {
	u.component("web", `install: {manifests: [{url: "https://x.example/web.yaml"}]}
images: [{name: "r.example/web:1", found: rendered, size: 1MiB}, {name: "r.example/more:1", found: rendered, size: 1MiB}]`)
	u.files["web.yaml"] = pod("r.example/web:1", "r.example/more:1")
	u.image("web", "1", "first")
	more := strings.Repeat("more", 1000)
	u.image("more", "1", more)
	return digest.FromString("first for " + amd), digest.FromString(more + " for " + amd)
}

// TestHashWhileFetching holds back a blob of one platform until a layer of the
// other one was hashed.
func TestHashWhileFetching(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.two()
	hashed := make(chan struct{})
	c := u.client(func(o *opc.Options) {
		o.Progress = func(e progress.Event) {
			if e.Stage == progress.Hash && e.Status == "done" {
				select {
				case <-hashed:
				default:
					close(hashed)
				}
			}
		}
	})
	p := plan(t, c, "web")
	l := pins(t, c, p, nil)
	last := digest.FromString("first for " + arm)
	u.server.Fault("GET", "/blobs/"+last.String(), func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		select {
		case <-hashed:
		case <-time.After(20 * time.Second):
			t.Error("no layer is hashed while a blob is on its way")
		}
		good.ServeHTTP(w, r)
	})
	build(t, c, p, l, "web")
	whole(t, c, "web")
}

// TestFetchFails has all failures in the error of a build, and fetches the rest.
func TestFetchFails(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	small, large := u.two()
	c := u.client()
	p := plan(t, c, "web")
	l := pins(t, c, p, nil)
	for _, dgst := range []digest.Digest{large, digest.FromString("first for " + arm)} {
		u.server.Fault("GET", "/blobs/"+dgst.String(), func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusNotFound)
		})
	}
	_, err := c.Build(t.Context(), p, l, "web")
	var failures remote.Failures
	if !errors.As(err, &failures) || len(failures) != 2 {
		t.Fatalf("error %v", err)
	}
	if _, err := c.Store().Stat(small); err != nil {
		t.Errorf("what could be fetched: %v", err)
	}
	if images, err := c.Images(t.Context()); err != nil || len(images) != 0 {
		t.Errorf("tagged %v, %v", images, err)
	}
	build(t, c, p, l, "web")
	whole(t, c, "web")
}

// TestBakeFailsWhileFetching ends the fetch with the reason, not with that of
// the fetch.
func TestBakeFailsWhileFetching(t *testing.T) {
	t.Parallel()
	u := newUpstream(t)
	u.two()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := u.client()
	p := plan(t, c, "web")
	l := pins(t, c, p, nil)
	p.Launch.AppNames = []string{"gone"} // found when all layers of a platform are made
	u.server.Fault("GET", "/blobs/"+digest.FromString("first for "+arm).String(), func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		<-r.Context().Done()
	})
	_, err := c.Build(ctx, p, l, "web")
	if err == nil || !strings.Contains(err.Error(), `launched application "gone" is not in the image`) {
		t.Errorf("error %v", err)
	}
}
