package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// part is something that is decided by itself: a component, an app, a directory
// that belongs to no app, or what the launch commands install.
type part struct {
	dir       string
	component *catalog.Component
	app       string
	launch    bool
	files     []string // of launch
	served    *served  // nil: nothing besides Kubernetes' own
}

func (p part) name() string { return cmp.Or(p.app, p.dir) }

func (s *scanner) parts() ([]part, error) {
	components := map[string]*catalog.Component{}
	dir := compose.ComponentsDir
	if sub, err := fs.Sub(s.root, dir); err == nil && exists(s.root, dir) {
		loaded, err := catalog.Load(sub)
		if err != nil {
			return nil, fmt.Errorf("components recorded in the image: %w", err)
		}
		for _, c := range loaded.Components() {
			components[c.Name] = c
		}
	}
	var parts []part
	for _, dir := range []string{sealer.ManifestsDir, sealer.ChartsDir} {
		if exists(s.root, dir) {
			parts = append(parts, part{dir: dir})
		}
	}
	apps, err := fs.ReadDir(s.root, sealer.AppsDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, app := range apps {
		if !app.IsDir() {
			continue
		}
		p := part{dir: sealer.AppDir(app.Name()), app: app.Name(), component: components[app.Name()]}
		delete(components, app.Name())
		parts = append(parts, p)
	}
	for _, name := range slices.Sorted(maps.Keys(components)) {
		parts = append(parts, part{dir: sealer.AppDir(name), app: name, component: components[name]})
	}
	return parts, nil
}

func exists(root fs.FS, name string) bool {
	_, err := fs.Stat(root, name)
	return err == nil
}
