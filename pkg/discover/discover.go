// Package discover finds the container images that rendered Kubernetes objects
// will make a cluster pull, and says for each where it was found and by which
// rule. It reads structure, not lines, renders nothing and uses no network.
//
// What pods name is built in. What operators' custom resources, environment and
// arguments name is data: see the tables in the rules directory. Find collects
// the evidence, Decide holds it against what a component declares.
package discover

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
	"github.com/opc-source/opc-image/pkg/reference"
)

// Confidence says how sure discovery is that the cluster will pull an image.
type Confidence string

const (
	// Certain is an image that a rule claims: a container, a known operator's
	// field.
	Certain Confidence = "certain"
	// Declared is an image that the chart's author lists in an annotation.
	Declared Confidence = "declared"
	// Suspected looks like an image, but no rule claims it.
	Suspected Confidence = "suspected"
)

// Evidence is one place that names, or seems to name, an image.
type Evidence struct {
	Component string `json:"component"`
	Chart     string `json:"chart,omitempty"` // "name-version"
	File      string `json:"file"`
	Object    string `json:"object,omitempty"` // "Kind namespace/name" or "Kind name"
	Path      string `json:"path"`             // "spec.containers[0].image"; "#" enters a text that holds YAML or JSON
	Rule      string `json:"rule"`
	Raw       string `json:"raw"` // as written, or as composed by the rule
}

// Finding is an image and one piece of evidence for it.
type Finding struct {
	Evidence
	Image      reference.Ref `json:"image"`
	Confidence Confidence    `json:"confidence"`
}

// Remark is a place that was looked at and yields no image, with the reason.
type Remark struct {
	Evidence
	Reason string `json:"reason"`
}

// Report is what a set of documents yields, sorted.
type Report struct {
	Findings []Finding `json:"findings"`
	// Unreadable are places that a rule says hold an image and that do not hold
	// an image name.
	Unreadable []Remark `json:"unreadable,omitempty"`
	// Skipped are places left out on purpose, such as test hooks.
	Skipped []Remark `json:"skipped,omitempty"`
}

// Limits bounds a document. Exceeding one is an error. The zero value means the
// defaults.
type Limits struct {
	Nodes int // YAML nodes of one document, aliases counted as often as used; default 2,000,000
	Depth int // nesting, texts inside texts included; default 200
}

func (l Limits) withDefaults() Limits {
	l.Nodes = cmp.Or(l.Nodes, 2_000_000)
	l.Depth = cmp.Or(l.Depth, 200)
	return l
}

// Finder finds images with a set of rules. It may be used concurrently.
type Finder struct {
	rules  *ruleSet
	limits Limits
}

// New returns a Finder with the built-in rules.
func New(limits Limits) (*Finder, error) {
	rules, err := builtinRules()
	if err != nil {
		return nil, err
	}
	return &Finder{rules: rules, limits: limits.withDefaults()}, nil
}

// Find reads the documents of one component. A document that is not YAML or
// exceeds a limit is an error that names its file and line. A document that is
// skipped is remarked and not searched.
func (f *Finder) Find(ctx context.Context, component string, docs []manifest.Document) (*Report, error) {
	reports := make([]Report, len(docs))
	errs := make([]error, len(docs))
	var group sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(docs)) {
		group.Go(func() {
			for i := range next {
				errs[i] = f.document(component, docs[i], &reports[i])
			}
		})
	}
	for i := range docs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("component %s: %s:%d: %w", component, docs[i].File, docs[i].Line, err)
		}
	}
	return Merge(reports...), nil
}

// Merge joins reports into one and sorts it.
func Merge(reports ...Report) *Report {
	var all Report
	for _, r := range reports {
		all.Findings = append(all.Findings, r.Findings...)
		all.Unreadable = append(all.Unreadable, r.Unreadable...)
		all.Skipped = append(all.Skipped, r.Skipped...)
	}
	slices.SortStableFunc(all.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Image.String(), b.Image.String()), compareEvidence(a.Evidence, b.Evidence))
	})
	byEvidence := func(a, b Remark) int { return compareEvidence(a.Evidence, b.Evidence) }
	slices.SortStableFunc(all.Unreadable, byEvidence)
	slices.SortStableFunc(all.Skipped, byEvidence)
	return &all
}

func compareEvidence(a, b Evidence) int {
	return cmp.Or(
		cmp.Compare(a.Component, b.Component), cmp.Compare(a.Chart, b.Chart), cmp.Compare(a.File, b.File),
		cmp.Compare(a.Object, b.Object), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule),
	)
}
