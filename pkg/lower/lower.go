// Package lower writes a plan as a Kubefile and a build context that plain
// sealer can build: every component is an app with its files, every image is
// in manifests/imageList, and nothing of ours is needed any more.
package lower

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/sealer"
	"github.com/opc-source/opc-image/pkg/store"
)

// Write writes the plan into dir, which must be empty or not exist. The store
// has what the lock pins, except the images: sealer pulls those itself. The type
// of an image does not stand in a Kubefile: it is given to "sealer build --type".
func Write(ctx context.Context, p *compose.Plan, l *lock.Lock, s store.Reader, dir string) error {
	if len(p.Runs) > 0 {
		return fmt.Errorf("%s: a RUN in between the files cannot be lowered", p.Runs[0].Position)
	}
	if p.MetadataFor != nil {
		return fmt.Errorf("the Kubefile gives other ENV or LABEL for %s, which one Kubefile of sealer cannot; compose one --platform at a time",
			strings.Join(p.Platforms, " than for "))
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty; choose another directory", dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	w := &writer{plan: p, lock: l, store: s, root: root, shared: map[string]bool{}, special: map[string]map[string]layer.Entry{}}
	text, err := w.kubefile(ctx)
	if err != nil {
		return err
	}
	return root.WriteFile("Kubefile", text, 0o644)
}

// Directories of the context: what all platforms have, and the apps. What only
// one has is under its architecture, as sealer's ${ARCH} finds it.
const (
	rootfsDir = "rootfs"
	appsDir   = "apps"

	archVariable = "${ARCH}"
)

type writer struct {
	plan   *compose.Plan
	lock   *lock.Lock
	store  store.Reader
	root   *os.Root
	shared map[string]bool // files that are the same for all platforms
	arch   bool            // some files are of one platform only
	// special are the files that have another owner or mode than COPY gives them,
	// by platform and name.
	special map[string]map[string]layer.Entry
}

// imageList names every image that has a registry to be pulled from, beside those
// that the plan's own list names.
func (w *writer) imageList() error {
	name := path.Join(rootfsDir, sealer.ManifestsDir, "imageList")
	own, err := w.root.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var b strings.Builder
	if len(own) > 0 {
		fmt.Fprintln(&b, strings.TrimRight(string(own), "\n"))
	}
	have := strings.Fields(string(own))
	for _, image := range w.lock.Images {
		switch {
		case image.BaseOnly || slices.Contains(have, image.Name):
		case image.Assembled:
			fmt.Fprintf(&b, "# assembled by opc-image; push it somewhere first: %s\n", image.Name)
		default:
			fmt.Fprintln(&b, image.Name)
		}
	}
	if err := w.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	return w.root.WriteFile(name, []byte(b.String()), 0o644)
}
