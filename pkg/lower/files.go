package lower

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// files writes the files of one platform.
func (w *writer) files(ctx context.Context, platform string) error {
	items, err := rootfs.Bind(ctx, w.plan.Files, w.lock, w.store, platform)
	if err != nil {
		return err
	}
	for _, item := range items {
		if err := ctx.Err(); err != nil {
			return err
		}
		source := w.source(item.Name)
		dest := strings.Replace(source, archVariable, strings.Split(platform, "/")[1], 1)
		if err := w.file(dest, item); err != nil {
			return fmt.Errorf("write %s: %w", dest, err)
		}
		if line := special(source, item); line != "" {
			w.special[item.Name] = line
			w.seen[item.Name] = append(w.seen[item.Name], platform)
		} else {
			delete(w.special, item.Name) // a later file is an ordinary one
		}
	}
	return nil
}

// everywhere makes sure that what special files are copied from is there for all
// platforms: a COPY without a source fails.
func (w *writer) everywhere() error {
	for _, name := range slices.Sorted(maps.Keys(w.special)) {
		if on := w.seen[name]; !w.shared[name] && len(on) < len(w.plan.Platforms) {
			return fmt.Errorf("%s has an owner or mode of its own and is there for %s only, which a Kubefile cannot say", name, strings.Join(on, ", "))
		}
	}
	return nil
}

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

// special is the instruction for a file that COPY of a directory would not give
// the owner and mode it has; empty for others.
func special(source string, item rootfs.Item) string {
	plain := item.Mode == 0o644 || item.Mode == 0o755
	if item.Kind != layer.File || item.UID == 0 && item.GID == 0 && plain {
		return ""
	}
	line := "COPY"
	if item.UID != 0 || item.GID != 0 {
		line += fmt.Sprintf(" --chown=%d:%d", item.UID, item.GID)
	}
	if !plain {
		line += fmt.Sprintf(" --chmod=%04o", octal(item.Mode))
	}
	return line + " " + source + " " + item.Name
}

// octal is a mode as chmod has it.
func octal(mode fs.FileMode) uint32 {
	n := uint32(mode.Perm())
	for bit, flag := range map[uint32]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if mode&flag != 0 {
			n |= bit
		}
	}
	return n
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
