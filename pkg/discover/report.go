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
	Component string `json:"component"`        // as the caller named what the documents belong to
	Chart     string `json:"chart,omitempty"`  // "name-version"
	File      string `json:"file"`             // as the caller named it, or the template
	Object    string `json:"object,omitempty"` // "Kind namespace/name" or "Kind name"
	Path      string `json:"path"`             // "spec.containers[0].image"; "#" enters a text that holds YAML or JSON
	Rule      string `json:"rule"`             // ID of the rule that looked there
	Raw       string `json:"raw"`              // as written, or as composed by the rule
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
	// APIs are what the CustomResourceDefinitions among the documents make the
	// cluster serve, as "group/version" and "group/version/Kind".
	APIs []string `json:"-"`
}

// Merge joins reports into one and sorts it.
func Merge(reports ...Report) *Report {
	var n struct{ findings, unreadable, skipped int }
	for _, r := range reports {
		n.findings += len(r.Findings)
		n.unreadable += len(r.Unreadable)
		n.skipped += len(r.Skipped)
	}
	all := Report{
		Findings:   slices.Grow([]Finding(nil), n.findings),
		Unreadable: slices.Grow([]Remark(nil), n.unreadable),
		Skipped:    slices.Grow([]Remark(nil), n.skipped),
	}
	for _, r := range reports {
		all.Findings = append(all.Findings, r.Findings...)
		all.Unreadable = append(all.Unreadable, r.Unreadable...)
		all.Skipped = append(all.Skipped, r.Skipped...)
		all.APIs = append(all.APIs, r.APIs...)
	}
	slices.SortFunc(all.Findings, compareFindings)
	slices.SortFunc(all.Unreadable, compareRemarks)
	slices.SortFunc(all.Skipped, compareRemarks)
	slices.Sort(all.APIs)
	all.APIs = slices.Compact(all.APIs)
	return &all
}

// compareFindings leaves no two findings that differ in any order, so that it
// does not matter which was found first.
func compareFindings(a, b Finding) int {
	return cmp.Or(compareImages(a.Image, b.Image), compareEvidence(a.Evidence, b.Evidence), cmp.Compare(a.Confidence, b.Confidence))
}

func compareRemarks(a, b Remark) int {
	return cmp.Or(compareEvidence(a.Evidence, b.Evidence), cmp.Compare(a.Reason, b.Reason))
}

func compareImages(a, b reference.Ref) int {
	return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Digest, b.Digest))
}

func compareEvidence(a, b Evidence) int {
	return cmp.Or(
		cmp.Compare(a.Component, b.Component), cmp.Compare(a.Chart, b.Chart), cmp.Compare(a.File, b.File),
		cmp.Compare(a.Object, b.Object), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Raw, b.Raw),
	)
}
