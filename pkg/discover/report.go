package discover

import (
	"cmp"
	"slices"

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
