package real

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/aptget"
	"github.com/opc-source/opc-image/pkg/gobuild"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/store"
)

// Make makes images for this machine's architecture and names them in a store,
// which remembers what was compiled. pod is the program of the tests' pods. Log is
// told what goes on.
func (d *Definition) Make(ctx context.Context, into *store.Store, names []string, pod string, log func(string)) error {
	m, err := newMaker(into, log)
	if err != nil {
		return err
	}
	defer os.RemoveAll(m.work)
	m.pod = pod
	for _, name := range names {
		if err := m.image(ctx, name, d.Images[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// maker makes images and programs.
type maker struct {
	into    *store.Store
	work    string // removed in the end
	pod     string
	builder *gobuild.Builder
	apt     *aptget.Client
}

func newMaker(into *store.Store, log func(string)) (*maker, error) {
	work, err := os.MkdirTemp("", "opc-real-")
	return &maker{
		into: into, work: work, builder: &gobuild.Builder{Log: log}, apt: &aptget.Client{Dir: filepath.Join(work, "apt"), Log: log},
	}, err
}

// image makes one image.
func (m *maker) image(ctx context.Context, name string, i Image) error {
	entries := ground()
	for place, target := range i.Links {
		entries = append(entries, layer.Entry{Name: place[1:], Kind: layer.Symlink, Link: target})
	}
	for _, place := range i.Dirs {
		entries = append(entries, layer.Entry{Name: place[1:], Kind: layer.Dir, Mode: fs.ModePerm | fs.ModeSticky})
	}
	content := m.debian
	switch {
	case i.Own:
		content = m.own
	case i.Module != "":
		content = m.compiled
	}
	files, err := content(ctx, i)
	if err != nil {
		return err
	}
	entries = append(entries, files...)
	_, err = Assemble(ctx, m.into, name, entries, config(i))
	return err
}

// own is the program of the tests' pods.
func (m *maker) own(ctx context.Context, _ Image) ([]layer.Entry, error) {
	blob, size, err := m.into.PutFile(ctx, m.pod)
	return []layer.Entry{{Name: "own", Mode: 0o755, Blob: blob, Size: size}}, err
}

// compiled are the programs and members of a module.
func (m *maker) compiled(ctx context.Context, i Image) ([]layer.Entry, error) {
	module, dir, err := i.module(ctx)
	if err != nil {
		return nil, err
	}
	version, err := m.builder.Version(ctx)
	if err != nil {
		return nil, err
	}
	platform := "linux/" + runtime.GOARCH
	packages := i.packages()
	made := map[string]digest.Digest{} // by package
	var lacking []string
	for _, p := range packages {
		if made[p], err = key(module, p, platform, version); err != nil {
			return nil, err
		}
		if _, _, ok := m.into.Made(made[p]); !ok {
			lacking = append(lacking, p)
		}
	}
	if err := m.compile(ctx, module, lacking, made); err != nil {
		return nil, err
	}
	var entries []layer.Entry
	for place, p := range packages {
		blob, size, ok := m.into.Made(made[p])
		if !ok {
			return nil, fmt.Errorf("the store has lost %s, which was compiled a moment ago", p)
		}
		entries = append(entries, layer.Entry{Name: place[1:], Mode: 0o755, Blob: blob, Size: size})
	}
	for place, member := range i.Members {
		files, err := tree(os.DirFS(dir), member, place[1:])
		if err != nil {
			return nil, err
		}
		entries = append(entries, files...)
	}
	return entries, nil
}

// compile compiles packages into the store.
func (m *maker) compile(ctx context.Context, module gobuild.Module, packages []string, made map[string]digest.Digest) error {
	if len(packages) == 0 {
		return nil
	}
	slices.Sort(packages)
	files, err := m.builder.Build(ctx, module, "linux/"+runtime.GOARCH, packages, m.work)
	if err != nil {
		return err
	}
	for n, p := range packages {
		blob, size, err := m.into.PutFile(ctx, files[n])
		if err != nil {
			return err
		}
		if err := m.into.Remember(made[p], blob, size); err != nil {
			return err
		}
		if err := os.Remove(files[n]); err != nil {
			return err
		}
	}
	return nil
}

// key stands for all that the bytes of a file follow from.
func key(from ...any) (digest.Digest, error) {
	data, err := json.Marshal(from)
	return digest.FromBytes(data), err
}
