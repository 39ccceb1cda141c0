package push

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
	"github.com/opc-source/opc-image/pkg/source"
	"github.com/opc-source/opc-image/pkg/store"
)

// TestBrokenImages: what the store has is not an image that can be pushed. No
// name is written.
func TestBrokenImages(t *testing.T) {
	t.Parallel()
	st := newStore(t)
	good := putManifest(t, st, "x")
	wrongSize := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: put(t, st, "c", []byte("{}"))}
	layer := put(t, st, ocispec.MediaTypeImageLayer, []byte("layer"))
	layer.Size = 4
	wrongSize.Layers = []ocispec.Descriptor{layer}
	lacking := wrongSize
	lacking.Layers = []ocispec.Descriptor{{MediaType: ocispec.MediaTypeImageLayer, Digest: digest.FromString("lacking"), Size: 7}}
	deep := good
	for range maxDepth {
		deep = putIndex(t, st, deep)
	}
	tests := map[string]struct {
		root ocispec.Descriptor
		to   string
		err  string
	}{
		"wrong size":    {putJSON(t, st, "", wrongSize), "a:1", "push blob " + layer.Digest.String() + " at HOST: the store has 5 bytes of " + layer.Digest.String() + ", the manifest says 4"},
		"lacks a layer": {putJSON(t, st, "", lacking), "a:1", "not found"},
		"lacks itself":  {ocispec.Descriptor{Digest: digest.FromString("?"), Size: 1}, "a:1", "neither the store nor the registry has it"},
		"no JSON":       {put(t, st, "", []byte("<")), "a:1", "invalid character '<'"},
		"too deep":      {deep, "a:1", "more than 4 indexes within each other"},
		"other digest":  {good, "a@" + sum("y"), "leave the digest out of the name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reg := &remotetest.Registry{}
			srv := remotetest.Serve(t, reg)
			p := New(newClient(t, remote.Options{}), st)
			_, err := p.Push(t.Context(), tt.root, ref(t, srv.Host()+"/"+tt.to), Options{}, nil)
			if want := strings.ReplaceAll(tt.err, "HOST", srv.Host()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v\nwant %s", err, want)
			}
			if len(srv.Log("PUT", "/manifests/")) != 0 {
				t.Error("a manifest was pushed")
			}
		})
	}
}

// rotten is a store whose blobs read as zeros.
type rotten struct{ *store.Store }

func (r rotten) Open(d digest.Digest) (store.Blob, error) {
	size, err := r.Stat(d)
	if err != nil {
		return nil, err
	}
	zeros, err := r.Put(context.Background(), make([]byte, size))
	if err != nil {
		return nil, err
	}
	return r.Store.Open(zeros)
}

// TestRottenBlob: the registry finds the damage; the error says where to look.
func TestRottenBlob(t *testing.T) {
	t.Parallel()
	for _, single := range []int64{1, 100} {
		reg := &remotetest.Registry{}
		srv := remotetest.Serve(t, reg)
		st := newStore(t)
		root := putManifest(t, st, "layer")
		reg.Blob("a", configOf(t, st, root))
		_, err := New(newClient(t, remote.Options{}), rotten{st}).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{Single: single}, nil)
		check(t, err, srv.Host(), "HOST/a:1: push blob "+sum("layer")+` at HOST: 400 Bad Request: provided digest did not match uploaded content; the blob may be damaged: check the store with "opc-image fsck"`)
		if reg.Tag("a", "1") != "" {
			t.Error("tagged")
		}
	}
}

// TestPushByDigest: a name without tag.
func TestPushByDigest(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	root := putManifest(t, st, "x")
	got, err := New(newClient(t, remote.Options{}), st).Push(t.Context(), root, ref(t, srv.Host()+"/a@"+root.Digest.String()), Options{}, nil)
	if err != nil || got.Digest != root.Digest {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTagMovedMeanwhile: somebody else writes the name after us.
func TestTagMovedMeanwhile(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	root := putManifest(t, st, "x")
	srv.Fault("PUT", "/manifests/1", func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		good.ServeHTTP(w, r)
		reg.Manifest("a", "1", "x", []byte("theirs"))
	})
	_, err := New(newClient(t, remote.Options{}), st).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{}, nil)
	check(t, err, srv.Host(), "HOST/a:1: verify at HOST: wrong content: the name points to "+sum("theirs")+", not to "+root.Digest.String()+" that was pushed; the host serves something else than was published: ask who runs it, or use another mirror")
}

// TestMountRefused: a registry that does not mount gets an upload.
func TestMountRefused(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	root := putManifest(t, st, "x")
	p := New(newClient(t, remote.Options{}), st)
	if _, err := p.Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{}, nil); err != nil {
		t.Fatal(err)
	}
	srv.Fault("POST", "/v2/b/", remotetest.Status(403), remotetest.Status(500), remotetest.Status(202, "Location", "/v2/b/blobs/uploads/0"))
	got, err := p.Push(t.Context(), root, ref(t, srv.Host()+"/b:1"), Options{}, nil)
	if err != nil || got.Mounted+got.Sent != 2 || reg.Tag("b", "1") != root.Digest {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPullFails(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	client := newClient(t, remote.Options{})
	root := putManifest(t, st, "x")
	if _, err := New(client, st).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{}, nil); err != nil {
		t.Fatal(err)
	}
	to := source.New(client, source.Local(newStore(t)))
	if _, err := Pull(t.Context(), to, ref(t, srv.Host()+"/b:1"), nil, nil); remote.Status(err) != 404 {
		t.Errorf("no such image: %v", err)
	}
	srv.Fault("GET", sum("x"), remotetest.Status(404))
	_, err := Pull(t.Context(), to, ref(t, srv.Host()+"/a:1"), nil, nil)
	var all remote.Failures
	if !errors.As(err, &all) || len(all) != 1 {
		t.Errorf("no such layer: %v", err)
	}
}
