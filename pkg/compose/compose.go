package compose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/kubefile"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// DefaultKubeVersion is the Kubernetes version charts are rendered for when
// nothing else is asked.
const DefaultKubeVersion = "v1.36.3"

// Request is what to compose.
type Request struct {
	// Name of the plan; LockName is that in the lock, by default the same.
	Name, LockName string
	// Kubefile, parsed.
	Kubefile *kubefile.File
	// Context is the build context; nil when there is none.
	Context *Context
	// Catalog has the components; nil when there are none. It is asked only
	// for those the Kubefile names.
	Catalog Components
	// Profile finds the Kubefile and the context of FROM profile://NAME; nil
	// when there are no profiles.
	Profile func(name string) (*kubefile.File, *Context, error)
	// Way in which the files of components come into being; default
	// catalog.Release.
	Way catalog.Way
	// OwnModule has the sources of this program, for catalog.OwnModule; nil when
	// there are none.
	OwnModule fs.FS
	// Platforms to build for, such as linux/amd64; at least one.
	Platforms []string
	// Args are the build arguments.
	Args map[string]string
	// Type of the image; default kube-installer.
	Type sealer.ImageType
	// KubeVersion charts are rendered for; default is that of the component with
	// Kubernetes, or else DefaultKubeVersion.
	KubeVersion string

	kubeVersionGiven bool
}

// Components finds a component by its name; a [*catalog.Catalog] is one.
type Components interface {
	Get(name string) (*catalog.Component, error)
}

var _ Components = (*catalog.Catalog)(nil)

// Compose makes the plan. It reads the Kubefile, the catalog, the archives to
// unpack, and the names and modes of the other files in the context, and asks no
// network. What is wrong with the Kubefile is reported at once, as
// [kubefile.Problems] with positions.
func Compose(ctx context.Context, r Request) (*Plan, error) {
	if err := r.complete(); err != nil {
		return nil, err
	}
	var plans []*Plan
	for _, platform := range r.Platforms {
		b := newBuilder(r, platform)
		if err := b.file(ctx, r.Kubefile); err != nil {
			return nil, err
		}
		b.warnUnused()
		if problems := b.check(); len(problems) > 0 {
			return nil, problems
		}
		plans = append(plans, b.plan)
	}
	return join(r.Platforms, plans)
}

// complete fills in what was left out.
func (r *Request) complete() error {
	if len(r.Platforms) == 0 {
		return errors.New("compose: no platform to build for")
	}
	r.Platforms = slices.Compact(slices.Sorted(slices.Values(r.Platforms)))
	if r.Type == "" {
		r.Type = sealer.KubeInstaller
	}
	if r.kubeVersionGiven = r.KubeVersion != ""; !r.kubeVersionGiven {
		r.KubeVersion = DefaultKubeVersion
	}
	if _, err := semver.NewVersion(r.KubeVersion); err != nil {
		return fmt.Errorf("the Kubernetes version %q cannot be read: %w; write one such as %s", r.KubeVersion, err, DefaultKubeVersion)
	}
	return nil
}
