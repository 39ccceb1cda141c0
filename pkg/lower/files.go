package lower

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// files writes the files of one platform.
func (w *writer) files(ctx context.Context, platform string) error {
	w.special[platform] = map[string]layer.Entry{}
	items, err := rootfs.Bind(ctx, w.plan.Files, w.lock, w.store, platform)
	if err != nil {
		return err
	}
	for _, item := range items {
		if err := ctx.Err(); err != nil {
			return err
		}
		if special(item) {
			w.special[platform][item.Name] = item.Entry
			if !strings.HasPrefix(item.Name, sealer.AppsDir+"/") { // sealer looks for files of apps in the context
				continue
			}
		} else {
			delete(w.special[platform], item.Name) // a later file is an ordinary one
		}
		dest := strings.Replace(w.source(item.Name), archVariable, arch(platform), 1)
		if err := w.file(dest, item); err != nil {
			return fmt.Errorf("write %s: %w", dest, err)
		}
	}
	return nil
}

// arch is the architecture of a platform.
func arch(platform string) string { return strings.Split(platform, "/")[1] }

// source is where a file stands in the context, as a Kubefile names it.
func (w *writer) source(name string) string {
	if !w.shared[name] {
		w.arch = true
		return path.Join(archVariable, name)
	}
	if app, ok := strings.CutPrefix(name, sealer.AppsDir+"/"); ok {
		return path.Join(appsDir, app)
	}
	return path.Join(rootfsDir, name)
}

func (w *writer) file(dest string, item rootfs.Item) error {
	if err := w.root.MkdirAll(path.Dir(dest), 0o755); err != nil {
		return err
	}
	if item.Kind == layer.Dir {
		return w.root.MkdirAll(dest, 0o755)
	}
	if err := w.root.Remove(dest); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // of files with one name the last counts
	}
	if item.Kind == layer.Symlink {
		return w.root.Symlink(item.Link, dest)
	}
	mode := 0o644 | item.Mode&0o111
	if item.Blob == "" {
		return w.root.WriteFile(dest, item.Data, mode)
	}
	blob, err := w.store.Open(item.Blob)
	if err != nil {
		return err
	}
	defer blob.Close()
	f, err := w.root.OpenFile(dest, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, blob)
	return errors.Join(err, f.Close())
}
