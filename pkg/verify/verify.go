// Package verify holds a finished cluster image against itself: it renders again
// what is inside, and proves that every image the objects ask for is in the
// image's own registry, by the name and by the digest they will be asked for,
// whole and for the right platform. It asks no network.
package verify

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/containerd/platforms"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// maxDocument bounds a manifest, index or config, in bytes.
const maxDocument = 4 << 20

// Options change what Verify does. The zero value checks everything.
type Options struct {
	// Quick does not read the content of blobs, only whether they are there
	// with the right size.
	Quick bool
	// Machines reads the header of every program too, also of those within
	// container images, and takes one for another architecture for a problem.
	// Upstreams may have reasons for such files.
	Machines bool
	// Progress is told of the bytes read. Nil: nobody.
	Progress progress.Func
}

// Report is what Verify found.
type Report struct {
	Platform string `json:"platform"`
	// Images that the objects and the image's record ask for.
	Images int `json:"images"`
	// Blobs and their bytes in the image's registry.
	Blobs int   `json:"blobs"`
	Bytes int64 `json:"bytes"`
	// Programs (ELF files) looked at, with Options.Machines.
	Programs int `json:"programs,omitempty"`
	// LeftOut are images that the objects ask for and that their component says
	// are not published for this platform.
	LeftOut []string `json:"leftOut,omitempty"`
	// Problems found; none means the image is complete.
	Problems []Problem `json:"problems"`
}

// Problem is one thing that will go wrong on site.
type Problem struct {
	Image  string        `json:"image,omitempty"`
	Digest digest.Digest `json:"digest,omitempty"`
	What   string        `json:"what"`
}

// String is one line for people.
func (p Problem) String() string {
	s := p.What
	if p.Image != "" {
		s = p.Image + ": " + s
	}
	return s
}

// Image verifies the image of one platform. The error tells that it could not
// be looked at; what is wrong with it is in the report.
func Image(ctx context.Context, img *rootfs.Image, opts Options) (*Report, error) {
	v := &verifier{image: img, report: &Report{Platform: platforms.Format(platforms.Normalize(img.Config.Platform)), Problems: []Problem{}}}
	names, err := v.names(ctx)
	if err != nil {
		return nil, err
	}
	v.report.Images = len(names)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		v.name(name, names[name])
	}
	if err := v.content(ctx, opts); err != nil {
		return nil, err
	}
	if opts.Machines {
		if err := v.machines(ctx); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(v.report.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Image, b.Image), cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.What, b.What))
	})
	return v.report, nil
}

// verifier verifies one image of one platform.
type verifier struct {
	image  *rootfs.Image
	report *Report
	layers []layerOf // of the container images, each once
}

func (v *verifier) problem(image string, dgst digest.Digest, format string, args ...any) {
	v.report.Problems = append(v.report.Problems, Problem{Image: image, Digest: dgst, What: fmt.Sprintf(format, args...)})
}

// names are the images that the cluster will ask for, with the pin of the lock
// if there is one: what the objects say now, and what was recorded.
func (v *verifier) names(ctx context.Context) (map[string]*lock.Image, error) {
	names := map[string]*lock.Image{}
	kubeVersion := ""
	if data, err := fs.ReadFile(v.image, compose.LockFile); err == nil {
		l, err := lock.Decode(compose.LockFile, data)
		if err != nil {
			return nil, err
		}
		kubeVersion = l.KubeVersion
		for i, image := range l.Images {
			if _, ok := image.Manifest(v.report.Platform); ok && !image.BaseOnly {
				names[image.Name] = &l.Images[i]
			}
		}
	}
	found, err := inventory.Scan(ctx, v.image, inventory.Options{KubeVersion: kubeVersion, Extension: v.extension()})
	if err != nil {
		return nil, err
	}
	for _, p := range found.Problems {
		v.problem(p.Image, "", "component %s: %s", p.Component, p.Advice)
	}
	for _, image := range found.Images {
		switch _, recorded := names[image.Name]; {
		case recorded:
		case !image.PublishedFor(v.report.Platform):
			v.report.LeftOut = append(v.report.LeftOut, image.Name)
		default:
			names[image.Name] = nil
		}
	}
	return names, nil
}

// extension is what the image tells sealer; empty when it is no cluster image.
func (v *verifier) extension() sealer.Extension {
	extension, _, err := sealer.DecodeAnnotations(v.image.Manifest.Annotations)
	if err != nil {
		return sealer.Extension{}
	}
	return extension
}
