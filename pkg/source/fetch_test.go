package source

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

func resolve(t testing.TB, s *Source, names ...string) []*Image {
	t.Helper()
	var images []*Image
	for _, n := range names {
		img, err := s.Resolve(t.Context(), ref(t, n), nil)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, img)
	}
	return images
}

// TestFetchSharedOnce: a layer of four manifests in two repositories is asked
// for once, the largest first; a second run asks for nothing.
func TestFetchSharedOnce(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{Limits: remote.Limits{PerHost: 1}})
	shared := strings.Repeat("s", 10_000)
	add(t, reg, "a", "1", shared)
	add(t, reg, "b", "1", shared)
	images := resolve(t, src, srv.Host()+"/a:1", srv.Host()+"/b:1")
	var last progress.Event
	m := progress.Func(func(e progress.Event) { last = e }).Begin(progress.Fetch, 0, 0)
	if err := src.Fetch(t.Context(), images, m); err != nil {
		t.Fatal(err)
	}
	log := srv.Log("GET", "/blobs/")
	if len(log) != 7 || log[0].Sent != 10_000 { // shared, 4 own layers, 2 configs
		t.Errorf("%d requests, the first of %d bytes", len(log), log[0].Sent)
	}
	m.End(nil)
	if n := srv.Sent("GET", "/blobs/"); last.Bytes != n || last.BytesTotal != n || last.Items != 7 || last.ItemsTotal != 7 {
		t.Errorf("%d bytes sent, reported %+v", n, last)
	}
	if got := st.blobs[digest.FromString(shared)]; string(got) != shared {
		t.Error("the shared layer is not in the store")
	}
	srv.Forget()
	if err := src.Fetch(t.Context(), images, nil); err != nil || len(srv.Log("", "")) != 0 {
		t.Errorf("again: %v, %v", err, srv.Log("", ""))
	}
}

// TestFetchFaults asserts what one broken layer costs and says.
func TestFetchFaults(t *testing.T) {
	t.Parallel()
	const layer = "0123456789"
	path := "/blobs/" + digest.FromString(layer).String()
	prefix := "HOST/a:1 (linux/amd64): fetch layer " + digest.FromString(layer).String() + " at HOST: "
	const lie = "; the host serves something else than was published: ask who runs it, or use another mirror"
	const later = "; the host has trouble: run again later or add a mirror; what was fetched stays"
	tests := map[string]struct {
		faults   []remotetest.Fault
		kept     string
		requests int
		sent     int64 // -1: not looked at
		retries  int   // -1: not looked at; net/http may repeat a request by itself
		err      string
	}{
		"good":             {requests: 1, sent: 10},
		"kept":             {kept: "0123", requests: 1, sent: 6},
		"kept is rotten":   {kept: "rott", requests: 2, sent: 16},
		"truncated":        {faults: []remotetest.Fault{remotetest.Truncate(7)}, requests: 2, sent: 10, retries: 1},
		"reset":            {faults: []remotetest.Fault{remotetest.Reset}, requests: 2, sent: 10, retries: -1},
		"stalled":          {faults: []remotetest.Fault{remotetest.Stall(3)}, requests: 2, sent: 10, retries: 1},
		"429":              {faults: []remotetest.Fault{remotetest.Status(429, "Retry-After", "1")}, requests: 2, sent: 10, retries: 1},
		"lie, then right":  {faults: []remotetest.Fault{remotetest.Flip}, requests: 2, sent: 20},
		"lie":              {faults: remotetest.Repeat(2, remotetest.Flip), requests: 2, sent: 20, err: prefix + "wrong content: the content has another digest" + lie},
		"longer":           {faults: []remotetest.Fault{remotetest.Longer(2)}, requests: 1, sent: -1, err: prefix + "wrong content: the answer ends at byte 12, the content must have 10" + lie},
		"404":              {faults: []remotetest.Fault{remotetest.Status(404)}, requests: 1, err: prefix + "404 Not Found; check the name and the version, or whether the mirror carries it"},
		"500 to the end":   {faults: remotetest.Repeat(3, remotetest.Status(500)), requests: 3, retries: 2, err: prefix + "500 Internal Server Error (3 attempts)" + later},
		"stalled, the end": {faults: remotetest.Repeat(3, remotetest.Stall(0)), requests: 3, retries: 2, err: prefix + "nothing moved for 500ms (3 attempts)" + later},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			idle := time.Minute // a busy machine is not a host that stalls
			if strings.HasPrefix(name, "stalled") {
				idle = 500 * time.Millisecond
			}
			srv, reg, src, st := setup(t, remote.Config{Limits: remote.Limits{Attempts: 3, Idle: idle}})
			addManifest(t, reg, "a", "1", "linux/amd64", layer, "another")
			images := resolve(t, src, srv.Host()+"/a:1")
			st.partial[digest.FromString(layer)] = []byte(tt.kept)
			srv.Fault("GET", path, append(tt.faults, nil)...)
			retries := 0
			m := progress.Func(func(e progress.Event) {
				if e.Status == "retry" {
					retries++
				}
			}).Begin(progress.Fetch, 0, 0)
			err := src.Fetch(t.Context(), images, m)
			check(t, err, srv.Host(), tt.err)
			if n := len(srv.Log("GET", path)); n != tt.requests || tt.retries >= 0 && retries != tt.retries {
				t.Errorf("%d requests, want %d; %d retries, want %d", n, tt.requests, retries, tt.retries)
			}
			if n := srv.Sent("GET", path); tt.sent >= 0 && n != tt.sent {
				t.Errorf("%d bytes sent, want %d", n, tt.sent)
			}
			if _, err := st.Stat(digest.FromString("another")); err != nil {
				t.Error("the other layer was not fetched")
			}
			if _, err := st.Stat(digest.FromString(layer)); (err == nil) != (tt.err == "") {
				t.Errorf("the layer: %v", err)
			}
		})
	}
}

// TestFetchFromAnotherRepository: a blob that one repository lost is had from
// another one; a mirror that lies is followed by the original.
func TestFetchFromAnotherRepository(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	add(t, reg, "a", "1", "shared")
	add(t, reg, "b", "1", "shared")
	images := resolve(t, src, srv.Host()+"/a:1", srv.Host()+"/b:1")
	srv.Fault("GET", "/v2/a/blobs/"+digest.FromString("shared").String(), remotetest.Status(404))
	if err := src.Fetch(t.Context(), images, nil); err != nil {
		t.Error(err)
	}
}

func TestFetchFromMirror(t *testing.T) {
	t.Parallel()
	mirrored := &remotetest.Registry{}
	mirror := remotetest.Serve(t, mirrored)
	reg := &remotetest.Registry{}
	srv := remotetest.Serve(t, reg)
	src := newSource(t, remote.Config{
		Mirrors: []remote.Mirror{{From: srv.Host(), To: []string{mirror.Host() + "/cache"}}},
	}, newFake())
	addManifest(t, mirrored, "cache/a", "1", "linux/amd64", "one", "two", "three")
	addManifest(t, reg, "a", "1", "linux/amd64", "one", "two", "three")
	images := resolve(t, src, srv.Host()+"/a:1")
	mirror.Fault("GET", digest.FromString("one").String(), remotetest.Status(404))
	mirror.Fault("GET", digest.FromString("two").String(), remotetest.Flip)
	if err := src.Fetch(t.Context(), images, nil); err != nil {
		t.Fatal(err)
	}
	if n, m := len(srv.Log("GET", "/blobs/")), len(mirror.Log("GET", digest.FromString("two").String())); n != 2 || m != 1 {
		t.Errorf("the original was asked for %d blobs, want 2; the mirror %d times for the lie, want 1", n, m)
	}
}

// TestFetchCollects: a layer of two images fails for each of them.
func TestFetchCollects(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	addManifest(t, reg, "b", "1", "linux/amd64", "shared")
	addManifest(t, reg, "a", "1", "linux/arm64", "shared", "own")
	images := resolve(t, src, srv.Host()+"/b:1", srv.Host()+"/a:1")
	for _, repo := range []string{"a", "b"} {
		srv.Fault("GET", "/v2/"+repo+"/blobs/"+digest.FromString("shared").String(), remotetest.Status(403))
	}
	err := src.Fetch(t.Context(), images, nil)
	d := digest.FromString("shared").String()
	const why = " at HOST: 403 Forbidden; tried before: HOST (403 Forbidden); this account may not do it: check the name and the rights, or log in as somebody else"
	check(t, err, srv.Host(), "2 failures:\n"+
		"  HOST/a:1 (linux/arm64): fetch layer "+d+why+"\n  HOST/b:1 (linux/amd64): fetch layer "+d+why)
	var all remote.Failures
	if !errors.As(err, &all) || all[0].Status != 403 {
		t.Errorf("%v", all)
	}
}

func TestNoSpace(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{})
	addManifest(t, reg, "a", "1", "linux/amd64", strings.Repeat("x", 5000))
	images := resolve(t, src, srv.Host()+"/a:1")
	srv.Forget()
	st.free = 1234
	err := src.Fetch(t.Context(), images, nil)
	check(t, err, "", "not enough space in /store: 5000 bytes (5kB) are still to fetch, 1234 (1.23kB) are free; make room, or choose another directory with --store")
	if len(srv.Log("", "")) != 0 {
		t.Error("something was fetched")
	}
}

// TestFullDisk stops everything at once, and is no failure of a host.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{Limits: remote.Limits{PerHost: 1}})
	var layers []string
	for i := range 50 {
		layers = append(layers, fmt.Sprint("layer ", i))
	}
	addManifest(t, reg, "a", "1", "linux/amd64", layers...)
	images := resolve(t, src, srv.Host()+"/a:1")
	st.full = syscall.ENOSPC
	err := src.Fetch(t.Context(), images, nil)
	var local *remote.LocalError
	if !errors.As(err, &local) || !errors.Is(err, syscall.ENOSPC) || len(srv.Log("GET", "/blobs/")) > 3 {
		t.Errorf("%v after %d requests", err, len(srv.Log("GET", "/blobs/")))
	}
}

func TestFetchCanceled(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{})
	addManifest(t, reg, "a", "1", "linux/amd64", "0123456789")
	images := resolve(t, src, srv.Host()+"/a:1")
	ctx, cancel := context.WithCancel(t.Context())
	var canceled time.Time
	srv.Fault("GET", digest.FromString("0123456789").String(), stallThen(4, func() {
		canceled = time.Now()
		cancel()
	}))
	err := src.Fetch(ctx, images, nil)
	if !errors.Is(err, context.Canceled) || time.Since(canceled) > time.Second {
		t.Errorf("%v after %s", err, time.Since(canceled))
	}
	if got := st.partial[digest.FromString("0123456789")]; string(got) != "0123" {
		t.Errorf("kept %q", got)
	}
}

func TestConflictingSizes(t *testing.T) {
	t.Parallel()
	srv, reg, src, _ := setup(t, remote.Config{})
	addManifest(t, reg, "a", "1", "linux/amd64", "x")
	wrong := describe(ocispec.MediaTypeImageLayer, []byte("x"))
	wrong.Size = 7
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: ocispec.DescriptorEmptyJSON, Layers: []ocispec.Descriptor{wrong}}
	reg.Manifest("b", "1", m.MediaType, encode(t, m))
	reg.Blob("b", []byte("{}"))
	images := resolve(t, src, srv.Host()+"/a:1", srv.Host()+"/b:1")
	err := src.Fetch(t.Context(), images, nil)
	check(t, err, srv.Host(), "HOST/b:1: fetch layer "+wrong.Digest.String()+" at HOST: wrong content: the manifest says 7 bytes, that of HOST/a:1 1; the host serves something else than was published: ask who runs it, or use another mirror")
}

func TestOffline(t *testing.T) {
	t.Parallel()
	srv, reg, src, st := setup(t, remote.Config{})
	desc := add(t, reg, "a", "1", "shared")
	name := ref(t, srv.Host()+"/a:1")
	if err := src.Fetch(t.Context(), resolve(t, src, name.String()), nil); err != nil {
		t.Fatal(err)
	}
	client, err := remote.New(remote.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	off := New(client, st)
	_, err = off.Resolve(t.Context(), name, nil)
	check(t, err, srv.Host(), "HOST/a:1: resolve at HOST: the network is not to be used; run once with the network, so that the store has it")
	name.Digest = desc.Digest
	img, err := off.Resolve(t.Context(), name, nil)
	if err == nil {
		err = off.Fetch(t.Context(), []*Image{img}, nil)
	}
	if err != nil {
		t.Errorf("everything is there: %v", err)
	}
}
