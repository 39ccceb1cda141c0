package real

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/gobuild"
)

// module brings a Go module through the module proxy, holds it against its hash,
// and gives it as one to compile: with its own go.mod, so that what it replaces
// is replaced.
func (m *maker) module(ctx context.Context, i Image) (gobuild.Module, string, error) {
	name, _, _ := strings.Cut(i.Module, "@")
	// Some are not in the checksum database; their hash is in real.yaml.
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", i.Module)
	cmd.Dir = m.work
	cmd.Env = append(os.Environ(), "GONOSUMDB="+name, "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOWORK=off")
	out, err := cmd.Output()
	var got struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &got); jsonErr != nil {
		return gobuild.Module{}, "", fmt.Errorf("go mod download %s: %w", i.Module, errors.Join(err, jsonErr))
	}
	switch {
	case got.Error != "":
		return gobuild.Module{}, "", fmt.Errorf("go mod download %s: %s", i.Module, got.Error)
	case got.Sum != i.Sum:
		return gobuild.Module{}, "", fmt.Errorf("%s has the hash %s, and real.yaml says %s", i.Module, got.Sum, i.Sum)
	}
	module := gobuild.Module{Name: i.Module, Files: sources{os.DirFS(got.Dir)}, Stamp: i.Stamp, Tags: i.Tags}
	return module, got.Dir, module.Measure()
}

// sources are the files of a module but for its tests: they are many, and large.
type sources struct{ fs.FS }

// ReadDir implements fs.ReadDirFS.
func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool {
		if e.IsDir() {
			return e.Name() == "testdata" || slices.Contains([]string{"docs", "site", "test", "tests", "examples"}, path.Join(name, e.Name()))
		}
		return strings.HasSuffix(e.Name(), "_test.go") || strings.HasSuffix(e.Name(), ".md")
	}), err
}
