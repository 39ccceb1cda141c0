// Package inventory lists the container images that the cluster of a root file
// system will ask for. It reads what is inside, as a plan puts it together or as
// a finished image holds it, renders every chart as it will be installed, and
// asks no network.
package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/catalog"
	"github.com/opc-source/opc-image/pkg/compose"
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
// install, are rendered with default values. ListFile and ExcludeFile decide about
// images that no component describes.
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
	meter := opts.Progress.Begin(progress.Render, len(parts), 0)
	decisions := make([]*discover.Decision, len(parts))
	errs := make([]error, len(parts))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range parts {
		g.Go(func() error {
			decisions[i], errs[i] = s.decide(ctx, p)
			if errs[i] == nil {
				meter.Item(p.name(), "done", fmt.Sprintf("%d images", len(decisions[i].Images)))
			}
			return nil
		})
	}
	_ = g.Wait()
	err = errors.Join(errs...)
	meter.End(err)
	if err != nil {
		return nil, err
	}
	dropStale(parts, decisions)
	r := report(decisions)
	r.addPlatforms(parts)
	r.Warnings = warnings
	return r, nil
}

// scanner reads one root file system.
type scanner struct {
	root    fs.FS
	opts    Options
	finder  *discover.Finder
	verdict verdict
}

// part is something that is decided by itself: a component, an app, a directory
// that belongs to no app, or what the launch commands install.
type part struct {
	dir       string
	component *catalog.Component
	app       string
	launch    bool
	files     []string // of launch
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

// report joins the decisions.
func report(decisions []*discover.Decision) *Report {
	images := map[string]*Image{}
	r := &Report{Images: []Image{}}
	for _, d := range decisions {
		for _, needed := range d.Images {
			name := needed.Image.String()
			if images[name] == nil {
				images[name] = &Image{Name: name}
			}
			images[name].add(d.Component, needed)
		}
		r.Excluded = append(r.Excluded, d.Excluded...)
		for _, p := range d.Problems {
			r.Problems = append(r.Problems, Problem{d.Component, p})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(images)) {
		r.Images = append(r.Images, *images[name])
	}
	return r
}

func (img *Image) add(component string, needed discover.Needed) {
	if component != "" && !slices.Contains(img.Components, component) {
		img.Components = append(img.Components, component)
		slices.Sort(img.Components)
	}
	for _, f := range needed.Evidence {
		img.Why = append(img.Why, lock.Reason{
			Component: component, Sure: string(f.Confidence), Rule: f.Rule,
			File: strings.TrimPrefix(f.Chart+": "+f.File, ": "), Object: f.Object, Path: f.Path,
		})
	}
	if needed.Extra != "" {
		img.Why = append(img.Why, lock.Reason{Component: component, Sure: string(discover.Declared), Rule: "declared", Note: needed.Extra})
	}
}

// Err is nil when nothing needs a decision, or else an error that lists what
// does, by component or app.
func (r *Report) Err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	byComponent := map[string][]discover.Problem{}
	for _, p := range r.Problems {
		byComponent[p.Component] = append(byComponent[p.Component], p.Problem)
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(byComponent)) {
		d := discover.Decision{Component: name, Problems: byComponent[name]}
		errs = append(errs, fmt.Errorf("%s: %d images need a decision:\n%s", cmp.Or(name, "files of the Kubefile"), len(d.Problems), d.Diff()))
	}
	return errors.Join(errs...)
}
