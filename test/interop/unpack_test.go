package interop

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
)

// TestUnpack has umoci unpack what was saved: every blob of the cluster's
// registry has the content its name says, and the files of the component are
// there.
func TestUnpack(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("umoci"); err != nil {
		t.Skip("umoci is not in PATH")
	}
	f := newFixture(t)
	bundle := filepath.Join(t.TempDir(), "bundle")
	out, err := exec.CommandContext(t.Context(), "umoci", "unpack", "--rootless", "--image", f.oneDir+":"+f.target, bundle).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root := os.DirFS(filepath.Join(bundle, "rootfs"))
	for _, name := range []string{
		"application/apps/" + component + "/" + compose.LaunchFile, compose.LockFile,
		compose.ComponentDir(component) + "/component.yaml",
	} {
		if _, err := fs.Stat(root, name); err != nil {
			t.Error(err)
		}
	}
	blobs, err := fs.Glob(root, "registry/docker/registry/v2/blobs/sha256/*/*/data")
	check(t, err)
	if len(blobs) < 10 {
		t.Errorf("%d blobs in the registry tree, want at least 10", len(blobs))
	}
	for _, name := range blobs {
		data, err := fs.ReadFile(root, name)
		check(t, err)
		if got := digest.FromBytes(data).Encoded(); got != filepath.Base(filepath.Dir(name)) {
			t.Errorf("%s has digest %s", name, got)
		}
	}
}
