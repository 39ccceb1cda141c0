package push

import (
	stdcmp "cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	ggcr "github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
	"github.com/opc-source/opc-image/pkg/source"
)

// TestPush: an index with two manifests that share a layer, to an empty
// registry, then again, then to another repository, then back into a store.
func TestPush(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	shared := strings.Repeat("s", 100)
	root := putIndex(t, st, putManifest(t, st, shared, "a"), putManifest(t, st, shared, "bb"))
	client := newClient(t, remote.Options{})
	p := New(client, st)
	opts := Options{Single: 10} // the shared layer goes in a PATCH
	var last progress.Event
	m := progress.Func(func(e progress.Event) { last = e }).Begin(progress.Push, 0, 0)
	got, err := p.Push(t.Context(), root, ref(t, srv.Host()+"/a/b:1"), opts, m)
	if err != nil {
		t.Fatal(err)
	}
	m.End(nil)
	if got.Sent != 4 || got.Digest != root.Digest || reg.Tag("a/b", "1") != root.Digest {
		t.Errorf("%+v, tag %s", got, reg.Tag("a/b", "1"))
	}
	if last.Bytes != got.SentBytes || last.BytesTotal != got.SentBytes || last.Items != 4 {
		t.Errorf("reported %+v", last)
	}
	puts := srv.Log("PUT", "/manifests/")
	if len(puts) != 3 || !strings.HasSuffix(puts[2].Path, "/manifests/1") {
		t.Errorf("manifests: %+v", puts)
	}

	srv.Forget()
	again, err := New(client, st).Push(t.Context(), root, ref(t, srv.Host()+"/a/b:1"), opts, nil)
	if err != nil || again.Present != 4 || len(srv.Log("PUT", "")) != 0 || len(srv.Log("POST", "")) != 0 {
		t.Errorf("again: %v, %+v", err, again)
	}

	mounted, err := p.Push(t.Context(), root, ref(t, srv.Host()+"/c:1"), opts, nil)
	if err != nil || mounted.Mounted != 4 || mounted.Sent != 0 {
		t.Errorf("mount: %v, %+v", err, mounted)
	}
	hinted, err := New(client, st).Push(t.Context(), root, ref(t, srv.Host()+"/d:1"), Options{From: []string{"none", "a/b"}}, nil)
	if err != nil || hinted.Mounted != 4 {
		t.Errorf("mount by hint: %v, %+v", err, hinted)
	}

	to := newStore(t)
	img, err := Pull(t.Context(), source.New(client, source.Local(to)), ref(t, srv.Host()+"/a/b:1"), nil, nil)
	if err != nil || img.Desc.Digest != root.Digest || !to.Has(img.Manifests[1].Layers[1].Digest, 2) {
		t.Errorf("pull: %v, %+v", err, img)
	}
}

// TestPushFaults asserts for each fault how one blob of ten bytes gets there.
func TestPushFaults(t *testing.T) {
	t.Parallel()
	const layer = "0123456789"
	const step = "HOST/a:1: push blob "
	tests := map[string]struct {
		single  int64 // 0: in a PATCH
		method  string
		part    string
		faults  []remotetest.Fault
		patches string // Content-Range of each
		err     string
	}{
		"good":          {patches: "-"},
		"one PUT":       {single: 10},
		"broken":        {method: "PATCH", faults: []remotetest.Fault{remotetest.Swallow(4)}, patches: "- 4-9"},
		"broken twice":  {method: "PATCH", faults: []remotetest.Fault{remotetest.Swallow(4), remotetest.Swallow(3)}, patches: "- 4-9 7-9"},
		"reset at once": {method: "PATCH", faults: []remotetest.Fault{remotetest.Reset}, patches: "- -"},
		"upload lost":   {method: "PATCH", faults: []remotetest.Fault{remotetest.Status(404)}, patches: "- -"},
		"no state":      {method: "PATCH", faults: []remotetest.Fault{remotetest.Swallow(4)}, part: "state", patches: "- -"},
		"500 on commit": {method: "PUT", part: "/blobs/", faults: []remotetest.Fault{remotetest.Status(500)}, patches: "-"},
		"429":           {method: "POST", faults: []remotetest.Fault{remotetest.Status(429, "Retry-After", "1")}, patches: "-"},
		"413":           {method: "PATCH", faults: []remotetest.Fault{remotetest.Status(413)}, patches: "-", err: step + "DIGEST at HOST: 413 Request Entity Too Large; the registry, or a proxy before it, takes no content of this size: raise its limit, or build with smaller layers"},
		"403":           {method: "POST", faults: []remotetest.Fault{remotetest.Status(403)}, err: step + "DIGEST at HOST: 403 Forbidden; this account may not do it: check the name and the rights, or log in as somebody else"},
		"to the end":    {method: "PATCH", faults: remotetest.Repeat(5, remotetest.Status(503)), patches: "- - - - -", err: step + "DIGEST at HOST: 503 Service Unavailable (5 attempts); the host has trouble: run again later; what was pushed stays"},
		"no location":   {method: "POST", faults: []remotetest.Fault{remotetest.Status(202)}, err: step + "DIGEST at HOST: wrong content: 202 without the Location of the upload; the host serves something else than was published: ask who runs it, or use another mirror"},
		"PUT broken":    {single: 10, method: "PUT", part: "/blobs/", faults: []remotetest.Fault{remotetest.Swallow(4)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reg := &remotetest.Registry{}
			srv := remotetest.Serve(t, reg)
			st := newStore(t)
			root := putManifest(t, st, layer)
			if tt.part == "state" {
				srv.Fault("GET", "/uploads/", remotetest.Status(404))
				tt.part = ""
			}
			config := configOf(t, st, root)
			reg.Blob("a", config)
			if tt.faults != nil {
				srv.Fault(tt.method, tt.part, tt.faults...)
			}
			if tt.single == 0 {
				tt.single = 1
			}
			var last progress.Event
			m := progress.Func(func(e progress.Event) { last = e }).Begin(progress.Push, 0, 0)
			_, err := New(newClient(t, remote.Options{}), st).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{Single: tt.single}, m)
			check(t, err, srv.Host(), strings.ReplaceAll(tt.err, "DIGEST", sum(layer)))
			m.End(err)
			var patches []string
			for _, e := range srv.Log("PATCH", "") {
				patches = append(patches, stdcmp.Or(e.ContentRange, "-"))
			}
			if diff := cmp.Diff(tt.patches, strings.Join(patches, " ")); diff != "" {
				t.Error("patches (-want +got)", diff)
			}
			if tagged := reg.Tag("a", "1") != ""; tagged != (tt.err == "") {
				t.Errorf("tagged: %v", tagged)
			}
			if n := int64(len(layer) + len(config)); tt.err == "" && (last.Bytes != n || last.BytesTotal != n) {
				t.Errorf("reported %d of %d bytes, want %d", last.Bytes, last.BytesTotal, n)
			}
		})
	}
}

func configOf(t *testing.T, st Store, root ocispec.Descriptor) []byte {
	t.Helper()
	k := &task{Pusher: &Pusher{store: st}}
	tree, err := k.walk(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range tree.blobs {
		if b.MediaType == ocispec.MediaTypeImageConfig {
			data, err := st.ReadAll(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
	return nil
}

// TestNoPartOfAnImage: when a blob fails, the others are there and the tag still
// points to what it did.
func TestNoPartOfAnImage(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	root := putManifest(t, st, "good", "bad", "worse")
	before := reg.Manifest("a", "1", ocispec.MediaTypeImageManifest, []byte("{}"))
	refuse := func(w http.ResponseWriter, r *http.Request, good http.Handler) {
		if d := r.URL.Query().Get("digest"); d == sum("bad") || d == sum("worse") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		good.ServeHTTP(w, r)
	}
	srv.Fault("PUT", "/blobs/", remotetest.Repeat(4, refuse)...)
	_, err := New(newClient(t, remote.Options{}), st).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{}, nil)
	var all remote.Failures
	if !errors.As(err, &all) || len(all) != 2 {
		t.Errorf("got %v", err)
	}
	if reg.Tag("a", "1") != before || len(reg.Blobs("a")) != 2 {
		t.Errorf("tag %s, blobs %v", reg.Tag("a", "1"), reg.Blobs("a"))
	}
}

// TestSparseIndex: an index may name what only the registry has, but not what
// nobody has.
func TestSparseIndex(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	absent := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: digest.Digest(sum("nobody has it")), Size: 2}
	theirs := []byte(`{"schemaVersion":2}`)
	only := ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: reg.Manifest("a", "", "x", theirs), Size: int64(len(theirs))}
	p := New(newClient(t, remote.Options{}), st)
	if _, err := p.Push(t.Context(), putIndex(t, st, putManifest(t, st, "x"), only), ref(t, srv.Host()+"/a:1"), Options{}, nil); err != nil {
		t.Error(err)
	}
	_, err := p.Push(t.Context(), putIndex(t, st, putManifest(t, st, "x"), absent), ref(t, srv.Host()+"/a:2"), Options{}, nil)
	check(t, err, srv.Host(), "HOST/a:2: push manifest "+absent.Digest.String()+" at HOST: neither the store nor the registry has it; pull all platforms of the image first")
	if reg.Tag("a", "2") != "" {
		t.Error("tagged")
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	st := newStore(t)
	root := putManifest(t, st, "x")
	srv.Fault("PUT", "/manifests/", remotetest.Status(201)) // says so, does nothing
	_, err := New(newClient(t, remote.Options{}), st).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{}, nil)
	check(t, err, srv.Host(), "HOST/a:1: verify at HOST: wrong content: the registry took "+root.Digest.String()+" and does not have it; the host serves something else than was published: ask who runs it, or use another mirror")
}

func TestPushCanceled(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, &remotetest.Registry{})
	st := newStore(t)
	root := putManifest(t, st, "x")
	srv.Fault("POST", "", func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	_, err := New(newClient(t, remote.Options{}), st).Push(ctx, root, ref(t, srv.Host()+"/a:1"), Options{}, nil)
	if !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestPushWithTokens(t *testing.T) {
	t.Parallel()
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, &remotetest.Tokens{Good: reg})
	st := newStore(t)
	root := putManifest(t, st, strings.Repeat("x", 100))
	if _, err := New(newClient(t, remote.Options{}), st).Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{Single: 10}, nil); err != nil {
		t.Error(err)
	}
}

// TestOtherRegistry pushes to the registry of go-containerregistry.
func TestOtherRegistry(t *testing.T) {
	t.Parallel()
	srv := remotetest.Serve(t, ggcr.New())
	st := newStore(t)
	root := putIndex(t, st, putManifest(t, st, strings.Repeat("x", 100)), putManifest(t, st, "y"))
	p := New(newClient(t, remote.Options{}), st)
	for range 2 {
		if _, err := p.Push(t.Context(), root, ref(t, srv.Host()+"/a:1"), Options{Single: 10}, nil); err != nil {
			t.Fatal(err)
		}
	}
}
