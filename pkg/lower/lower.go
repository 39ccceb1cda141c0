// Package lower writes a plan as a Kubefile and a build context that plain
// sealer can build: every component is an app with its files, every image is
// in manifests/imageList, and nothing of ours is needed any more.
package lower

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

// Write writes the plan into dir, which must be empty or not exist. The store
// has what the lock pins, except the images: sealer pulls those itself.
func Write(ctx context.Context, p *compose.Plan, l *lock.Lock, s store.Reader, dir string) error {
	if len(p.Runs) > 0 {
		return fmt.Errorf("%s: a RUN in between the files cannot be lowered", p.Runs[0].Position)
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty", dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	w := &writer{plan: p, lock: l, store: s, root: root}
	for _, platform := range p.Platforms {
		if err := w.files(ctx, platform); err != nil {
			return err
		}
	}
	if err := w.imageList(); err != nil {
		return err
	}
	return root.WriteFile("Kubefile", w.kubefile(), 0o644)
}

// Directories of the context: what all platforms have, and the apps. What only
// one has is under its architecture, as sealer's ${ARCH} finds it.
const (
	rootfsDir = "rootfs"
	appsDir   = "apps"
)

type writer struct {
	plan  *compose.Plan
	lock  *lock.Lock
	store store.Reader
	root  *os.Root
	arch  bool // some files are of one platform only
}

func (w *writer) files(ctx context.Context, platform string) error {
	items, err := rootfs.Bind(ctx, w.plan.Files, w.lock, w.store, platform)
	if err != nil {
		return err
	}
	shared := map[string]bool{}
	for _, f := range w.plan.Files {
		if f.Platform == "" {
			shared[f.Name] = true
		}
	}
	for _, item := range items {
		dest := path.Join(rootfsDir, item.Name)
		if app, ok := strings.CutPrefix(item.Name, sealer.AppsDir+"/"); ok {
			dest = path.Join(appsDir, app)
		} else if !shared[item.Name] {
			w.arch = true
			dest = path.Join(strings.Split(platform, "/")[1], item.Name)
		}
		if err := w.file(dest, item); err != nil {
			return fmt.Errorf("write %s: %w", dest, err)
		}
	}
	return nil
}

func (w *writer) file(dest string, item rootfs.Item) error {
	if err := w.root.MkdirAll(path.Dir(dest), 0o755); err != nil {
		return err
	}
	switch item.Kind {
	case layer.Dir:
		return w.root.MkdirAll(dest, 0o755)
	case layer.Symlink:
		err := w.root.Symlink(item.Link, dest)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	if item.Blob == "" {
		return w.root.WriteFile(dest, item.Data, item.Mode)
	}
	blob, err := w.store.Open(item.Blob)
	if err != nil {
		return err
	}
	defer blob.Close()
	f, err := w.root.OpenFile(dest, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, item.Mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, blob)
	return errors.Join(err, f.Close())
}

// imageList names every image that has a registry to be pulled from.
func (w *writer) imageList() error {
	var b strings.Builder
	for _, image := range w.lock.Images {
		switch {
		case image.BaseOnly:
		case image.Assembled:
			fmt.Fprintf(&b, "# assembled by opc-image; push it somewhere first: %s\n", image.Name)
		default:
			fmt.Fprintln(&b, image.Name)
		}
	}
	dir := path.Join(rootfsDir, sealer.ManifestsDir)
	if err := w.root.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return w.root.WriteFile(path.Join(dir, "imageList"), []byte(b.String()), 0o644)
}

func (w *writer) kubefile() []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	base := "scratch"
	if w.plan.Base != "" {
		base = w.plan.Base
	}
	line("FROM %s", base)
	for _, key := range slices.Sorted(maps.Keys(w.plan.Labels)) {
		line("LABEL %s=%q", key, w.plan.Labels[key])
	}
	for _, kv := range w.plan.Env {
		key, value, _ := strings.Cut(kv, "=")
		line("ENV %s=%s", key, value)
	}
	if w.plan.SupportedKube != "" {
		line("KUBEVERSION %s", w.plan.SupportedKube)
	}
	line("COPY %s .", rootfsDir)
	if w.arch {
		line("COPY ${ARCH} .")
	}
	for _, app := range w.plan.Apps {
		w.app(line, app)
	}
	switch {
	case len(w.plan.Launch.Cmds) > 0:
		line("CMDS %s", list(w.plan.Launch.Cmds))
	case len(w.plan.Launch.AppNames) > 0:
		line("LAUNCH %s", list(w.plan.Launch.AppNames))
	}
	return []byte(b.String())
}

func (w *writer) app(line func(string, ...any), app sealer.Application) {
	keyword := "APP"
	if slices.Contains(w.plan.CNI, app.Name) {
		keyword = "CNI"
	} else if slices.Contains(w.plan.CSI, app.Name) {
		keyword = "CSI"
	}
	line("%s %s local://%s", keyword, app.Name, filepath.ToSlash(path.Join(appsDir, app.Name)))
	for _, key := range slices.Sorted(maps.Keys(app.Env)) {
		line("APPENV %s %s=%s", app.Name, key, app.Env[key])
	}
	if len(app.Cmds) > 0 {
		line("APPCMDS %s %s", app.Name, list(app.Cmds))
	}
}

// list is a JSON array on one line.
func list(items []string) string {
	data, err := json.Marshal(items)
	if err != nil {
		return "[]" // strings always encode
	}
	return string(data)
}
