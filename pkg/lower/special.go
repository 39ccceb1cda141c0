package lower

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// ownersFile is the archive of what has an owner or mode that COPY of a directory
// would not give it. Sealer drops the flags of COPY, and docker's --chmod is for
// no directory alone; what ADD unpacks has owner and mode as the archive says.
const ownersFile = "owners%s.tar"

// special tells whether a file has to come from the archive. The list of images is
// ours to write.
func special(item rootfs.Item) bool {
	owned := item.UID != 0 || item.GID != 0
	switch {
	case item.Name == path.Join(sealer.ManifestsDir, "imageList"):
		return false
	case item.Kind == layer.Symlink:
		return owned
	case item.Kind == layer.Dir:
		return owned || item.Mode != 0o755
	}
	return owned || item.Mode != 0o644 && item.Mode != 0o755
}

// owners writes the archives, and gives the lines that unpack them: one archive
// for all platforms when it is the same for all.
func (w *writer) owners(k *kubefile) error {
	recipes := map[string]*layer.Recipe{}
	same := map[digest.Digest]bool{}
	some := false
	for _, platform := range w.plan.Platforms {
		some = some || len(w.special[platform]) > 0
		recipe, err := w.recipe(platform)
		if err != nil {
			return err
		}
		recipes[platform] = recipe
		same[recipe.Digest()] = true
	}
	switch platforms := w.plan.Platforms; {
	case !some:
		return nil
	case len(same) == 1:
		name := fmt.Sprintf(ownersFile, "")
		k.line("ADD %s .", name)
		return w.archive(name, recipes[platforms[0]])
	default:
		k.line("ARG TARGETARCH") // sealer has its ARCH for COPY only
		k.line("ADD %s .", fmt.Sprintf(ownersFile, "-${TARGETARCH}"))
	}
	for _, platform := range slices.Sorted(maps.Keys(recipes)) {
		if err := w.archive(fmt.Sprintf(ownersFile, "-"+arch(platform)), recipes[platform]); err != nil {
			return err
		}
	}
	return nil
}

// recipe is the archive for a platform. It is never empty, which ADD would take
// for no archive.
func (w *writer) recipe(platform string) (*layer.Recipe, error) {
	entries := slices.Collect(maps.Values(w.special[platform]))
	if len(entries) == 0 {
		entries = []layer.Entry{{Name: sealer.ManifestsDir, Kind: layer.Dir, Mode: 0o755}}
	}
	return layer.New(entries)
}

func (w *writer) archive(name string, recipe *layer.Recipe) error {
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	r := recipe.Open(w.store)
	_, err = r.WriteTo(f)
	if err = errors.Join(err, r.Close(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
