package opcimage

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/opc-source/opc-image"

// TestSourceIsComplete: what is carried is what the programs for hosts are made
// of, and nothing else, for both platforms.
func TestSourceIsComplete(t *testing.T) {
	t.Parallel()
	var want []string
	for _, arch := range []string{"amd64", "arm64"} {
		cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,GoFiles,EmbedFiles", "./cmd/opc-host", "./cmd/opc-kubeadm", "./cmd/opc-vip", "./cmd/opc-pause")
		cmd.Env = append(cmd.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct {
				ImportPath          string
				GoFiles, EmbedFiles []string
			}
			if err := decoder.Decode(&p); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			dir, ok := strings.CutPrefix(p.ImportPath, module+"/")
			if !ok {
				continue
			}
			for _, name := range append(p.GoFiles, p.EmbedFiles...) {
				want = append(want, path.Join(dir, name))
			}
		}
	}
	slices.Sort(want)
	want = append(slices.Compact(want), "go.mod", "go.sum")
	slices.Sort(want)
	var got []string
	err := fs.WalkDir(Source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			got = append(got, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	for _, name := range got {
		if strings.Contains(name, "_other.go") { // of another system
			want = append(want, name)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-needed +carried); adapt the lines go:embed in source.go:\n%s", diff)
	}
}
