package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/discover"
	"github.com/opc-source/opc-image/pkg/lock"
)

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
