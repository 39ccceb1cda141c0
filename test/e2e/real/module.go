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

// download brings a Go module, PATH@VERSION, through the module proxy into the
// module cache, holds it against its hash, and gives its directory. Some are not
// in the checksum database; their hash is in real.yaml.
func download(ctx context.Context, module, sum string) (string, error) {
	name, _, _ := strings.Cut(module, "@")
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir() // In no module.
	cmd.Env = append(os.Environ(), "GONOSUMDB="+name, "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOWORK=off")
	out, err := cmd.Output()
	var got struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &got); jsonErr != nil {
		return "", fmt.Errorf("go mod download %s: %w", module, errors.Join(err, jsonErr))
	}
	switch {
	case got.Error != "":
		return "", fmt.Errorf("go mod download %s: %s", module, got.Error)
	case got.Sum != sum:
		return "", fmt.Errorf("%s has the hash %s, and real.yaml says %s", module, got.Sum, sum)
	}
	return got.Dir, nil
}

// module is the module of an image as one to compile: with its own go.mod, so that
// what it replaces is replaced. The directory has all its files.
func (i Image) module(ctx context.Context) (gobuild.Module, string, error) {
	dir, err := download(ctx, i.Module, i.Sum)
	if err != nil {
		return gobuild.Module{}, "", err
	}
	module := gobuild.Module{Name: i.Module, Files: sources{os.DirFS(dir)}, Stamp: i.Stamp, Tags: i.Tags}
	return module, dir, module.Measure()
}

// sources are the files of a module but for tests and the like: they are many, and
// large.
type sources struct{ fs.FS }

// ReadDir implements fs.ReadDirFS.
func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool {
		if e.IsDir() {
			return e.Name() == "testdata" || slices.Contains([]string{"bin", "docs", "site", "test", "tests", "examples"}, path.Join(name, e.Name()))
		}
		return strings.HasSuffix(e.Name(), "_test.go")
	}), err
}
