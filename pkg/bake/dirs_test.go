package bake_test

import (
	"context"
	"io/fs"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
)

// TestDirsBelow: a later layer leaves the directories above its files as they
// are, unless a RUN removed them.
func TestDirsBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := func(name string, mode fs.FileMode, uid int) {
		w.plan.Files = append(w.plan.Files, compose.File{Name: name, Mode: fs.ModeDir | mode, UID: uid, Phase: len(w.plan.Runs)})
	}
	dir("a", 0o700, 7)
	dir("gone", 0o700, 7)
	dir("gone/too", 0o700, 7)
	dir("replaced", 0o700, 7)
	w.run("one")
	w.file("a/after", "x", "")
	w.file("made/after", "x", "")
	w.file("gone/too/after", "x", "")
	w.file("replaced/after", "x", "")
	dir("replaced", 0o711, 8)
	run := func(context.Context, compose.Run, string, []ocispec.Descriptor) ([]layer.Entry, error) {
		return []layer.Entry{
			{Name: "a/by-run", Mode: 0o600, Data: []byte("x")},
			{Name: "made", Kind: layer.Dir, Mode: 0o750, UID: 9},
			{Name: ".wh.gone"},
		}, nil
	}
	for platform, img := range w.open(w.bake(bake.Options{Run: run})) {
		for name, want := range map[string]fs.FileMode{"a": 0o700, "made": 0o750, "gone": 0o755, "gone/too": 0o755, "replaced": 0o711} {
			info, err := fs.Stat(img, name)
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %s: %v, %v; want %v", platform, name, info, err, want)
			}
		}
	}
}
