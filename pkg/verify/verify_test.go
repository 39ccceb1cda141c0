package verify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/registryfs"
	"github.com/opc-source/opc-image/pkg/verify"
)

func TestWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var last progress.Event
	report := w.verify(verify.Options{Progress: func(e progress.Event) {
		if e.Stage == progress.Verify {
			last = e
		}
	}})
	var size int64
	for name, e := range w.files {
		if p, ok := registryfs.ParsePath(name); ok && p.Kind == registryfs.Blob {
			size += e.Size
		}
	}
	want := &verify.Report{Platform: amd, Images: 1, Blobs: 4, Bytes: size, Problems: []verify.Problem{}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Error(diff)
	}
	if last.Kind != progress.End || last.Items != 4 || last.Bytes != size {
		t.Errorf("progress %+v", last)
	}
}

// TestProblems breaks the image in one place each, and finds just that.
func TestProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(w *world)
		want  string // the line of each problem begins so; parts by name
	}{
		"layer gone":    {func(w *world) { w.remove(registryfs.Blob, "layer") }, "r.example/team/web:1: blob {layer} (31 bytes) is missing"},
		"config gone":   {func(w *world) { w.remove(registryfs.Blob, "config") }, "r.example/team/web:1: blob {config} ("},
		"manifest gone": {func(w *world) { w.remove(registryfs.Blob, "manifest") }, "r.example/team/web:1: its manifest {manifest} for linux/amd64 is not in repository team/web"},
		"index gone":    {func(w *world) { w.remove(registryfs.Blob, "index") }, "r.example/team/web:1: the image's registry has no 1 in repository team/web"},
		"no tag":        {func(w *world) { w.remove(registryfs.Tag, "") }, "r.example/team/web:1: the image's registry has no 1 in repository team/web"},
		"layer not linked": {func(w *world) { w.remove(registryfs.Layer, "layer") },
			"r.example/team/web:1: blob {layer} is not linked in repository team/web"},
		"manifest not linked": {func(w *world) { w.remove(registryfs.Revision, "manifest") },
			"r.example/team/web:1: its manifest {manifest} for linux/amd64 is not in repository team/web"},
		"index not linked": {func(w *world) { w.remove(registryfs.Revision, "index") },
			"r.example/team/web:1: the image's registry has no 1 in repository team/web"},
		"another digest than recorded": {func(w *world) { w.lock.Images[0].Digest = digest.FromString("else") },
			"r.example/team/web:1: resolves to {index}, the record says " + digest.FromString("else").String()},
		"wrong platform": {func(w *world) {
			w.files, w.lock.Images = map[string]layer.Entry{}, nil
			w.image(web, arm, arm)
		}, "r.example/team/web:1: is for linux/arm64"},
		"a file asks for more": {func(w *world) { w.file("manifests/more.yaml", pod("r.example/more:2")) },
			"r.example/more:2: the image's registry has no 2 in repository more"},
		"a file asks for another tag": {func(w *world) { w.file("manifests/web.yaml", pod("r.example/team/web:2")) },
			"r.example/team/web:2: the image's registry has no 2 in repository team/web"},
		"a list asks for more": {func(w *world) { w.file("manifests/imageList", "nginx:1.27\n") },
			"docker.io/library/nginx:1.27: the image's registry has no 1.27 in repository library/nginx"},
		"by digest": {func(w *world) {
			w.file("manifests/more.yaml", pod("r.example/team/web@"+digest.FromString("else").String()))
		},
			"r.example/team/web@" + digest.FromString("else").String() + ": the image's registry has no " + digest.FromString("else").String()},
		"two things": {func(w *world) { w.remove(registryfs.Blob, "layer"); w.remove(registryfs.Layer, "config") },
			"r.example/team/web:1: blob {config} is not linked|r.example/team/web:1: blob {layer} ("},
		"content": {func(w *world) {
			p := registryfs.Path{Kind: registryfs.Blob, Digest: w.parts["layer"]}.String()
			w.files[p] = layer.Entry{Name: p, Data: []byte(strings.Repeat("x", 31))}
		}, "blob {layer}: its content has another digest"},
		"size": {func(w *world) {
			p := registryfs.Path{Kind: registryfs.Blob, Digest: w.parts["layer"]}.String()
			w.files[p] = layer.Entry{Name: p, Data: []byte("x")}
		}, "blob {layer}: its content has another digest|r.example/team/web:1: blob {layer} has 1 bytes, the manifest says 31"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.spoil(w)
			report := w.verify(verify.Options{})
			for part, dgst := range w.parts {
				test.want = strings.ReplaceAll(test.want, "{"+part+"}", dgst.String())
			}
			var got []string
			for _, p := range report.Problems {
				got = append(got, p.String())
			}
			want := strings.Split(test.want, "|")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.EqualFunc(got, want, strings.HasPrefix) {
				t.Errorf("problems\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// TestQuick looks at no content.
func TestQuick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := registryfs.Path{Kind: registryfs.Blob, Digest: w.parts["layer"]}.String()
	w.files[p] = layer.Entry{Name: p, Data: []byte(strings.Repeat("x", 31))}
	if report := w.verify(verify.Options{Quick: true}); len(report.Problems) != 0 || report.Blobs != 4 {
		t.Errorf("%+v", report)
	}
}

// TestLeftOut knows from the component's own definition that an image is not
// published for the platform; a one-platform build has no record of it.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.file("opc/components/games/component.yaml", `name: games
title: Games
group: foundation
description: For tests.
version: "1"
licence: {spdx: MIT}
platforms: [linux/amd64, linux/arm64]
namespace: games
install: {manifests: [{path: x.yaml}]}
images:
  - {name: "r.example/games:1", found: rendered, platforms: [linux/arm64]}
`)
	w.file("opc/components/games/x.yaml", pod("r.example/games:1"))
	w.file("application/apps/games/manifests/x.yaml", pod("r.example/games:1"))
	report := w.verify(verify.Options{})
	if diff := cmp.Diff([]string{"r.example/games:1"}, report.LeftOut); diff != "" || len(report.Problems) != 0 {
		t.Errorf("%s, problems %v", diff, report.Problems)
	}
}

// TestForeign verifies an image that has no record: by its objects alone.
func TestForeign(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lock = nil
	if report := w.verify(verify.Options{}); len(report.Problems) != 0 || report.Images != 1 {
		t.Errorf("%+v", report)
	}
	w.remove(registryfs.Blob, "layer")
	if report := w.verify(verify.Options{}); len(report.Problems) != 1 {
		t.Errorf("%+v", report)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	img := w.open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := verify.Image(ctx, img, verify.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	w.lock = nil
	w.file(compose.LockFile, "version: 9\n")
	if _, err := verify.Image(t.Context(), w.open(), verify.Options{}); err == nil || !strings.Contains(err.Error(), "lock opc/opc.lock: format version 9") {
		t.Errorf("a record of another version: %v", err)
	}
}
