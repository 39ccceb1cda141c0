// Package inventory lists the container images that the cluster of a root file
// system will ask for. It reads what is inside, as a plan puts it together or as
// a finished image holds it, renders every chart as it will be installed, and
// asks no network.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// Options change what Scan does.
type Options struct {
	// KubeVersion charts are rendered for; empty is the renderer's default.
	KubeVersion string
	// Extension is what the image tells sealer. Templates are filled in with its
	// environment, and the manifests and charts that its launch commands give to
	// kubectl and helm are read as well, wherever they stand.
	Extension sealer.Extension
	// Progress counts the parts that were read. Nil: nobody.
	Progress progress.Func
}

// Report is what Scan found.
type Report struct {
	// Images that the cluster will ask for, sorted by name.
	Images []Image `json:"images"`
	// Excluded on a component's word, with the reason.
	Excluded []discover.Excluded `json:"excluded,omitempty"`
	// Problems stop a build: each needs a decision.
	Problems []Problem `json:"problems,omitempty"`
	// Warnings tell where images cannot be looked for.
	Warnings []string `json:"warnings,omitempty"`
}

// Image is one image with everything that asks for it.
type Image struct {
	Name       string        `json:"name"`
	Components []string      `json:"components,omitempty"`
	Why        []lock.Reason `json:"why"`
	// Platforms it is published for, as its components say, sorted; empty when
	// none says anything.
	Platforms []string `json:"-"`
}

// Problem is something a person has to decide, and whose it is.
type Problem struct {
	Component string `json:"component"`
	discover.Problem
}

// Scan reads a root file system. Components are those whose definition is under
// opc/components; their images are held against what they declare. The files of
// other apps, what is in manifests and charts, and what the launch commands
// install, are rendered with default values. The control plane is what kubeadm's
// configuration asks for. ListFile and ExcludeFile decide about images that no
// component describes.
func Scan(ctx context.Context, root fs.FS, opts Options) (*Report, error) {
	finder, err := discover.New(discover.Limits{})
	if err != nil {
		return nil, err
	}
	s := &scanner{root: root, opts: opts, finder: finder}
	if s.verdict, err = s.readVerdict(); err != nil {
		return nil, err
	}
	parts, err := s.parts()
	if err != nil {
		return nil, err
	}
	launch, warnings := s.launchPart()
	if len(launch.files) > 0 {
		parts = append(parts, launch)
	}
	decisions, err := s.decideAll(ctx, parts)
	if err != nil {
		return nil, err
	}
	plane, more, err := s.controlPlane(ctx)
	if err != nil {
		return nil, err
	}
	if plane != nil {
		parts, decisions = append(parts, part{}), append(decisions, plane)
	}
	dropStale(parts, decisions)
	r := report(decisions)
	r.addPlatforms(parts)
	r.Warnings = append(warnings, more...)
	return r, nil
}

// scanner reads one root file system.
type scanner struct {
	root    fs.FS
	opts    Options
	finder  *discover.Finder
	verdict verdict
}

// decideAll decides about every part, the one that is launched first first, and
// returns the decisions in the order of parts.
func (s *scanner) decideAll(ctx context.Context, parts []part) ([]*discover.Decision, error) {
	meter := s.opts.Progress.Begin(progress.Render, len(parts), 0)
	decisions := make([]*discover.Decision, len(parts))
	errs := make([]error, len(parts))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, i := range inLaunchOrder(parts, s.opts.Extension.Launch.AppNames) {
		g.Go(func() error {
			defer parts[i].served.launched()
			decisions[i], errs[i] = s.decide(ctx, parts[i])
			if errs[i] == nil {
				meter.Item(parts[i].name(), "done", fmt.Sprintf("%d images", len(decisions[i].Images)))
			}
			return nil
		})
	}
	_ = g.Wait()
	err := errors.Join(errs...)
	meter.End(err)
	return decisions, err
}
