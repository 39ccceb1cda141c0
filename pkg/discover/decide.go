package discover

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

// Component is what a component's definition says about its images.
type Component struct {
	Name     string
	Declared []DeclaredImage
	Exclude  []Exclusion
}

// DeclaredImage is an image the component says it needs.
type DeclaredImage struct {
	Image string
	// Extra is why the image is needed although no object names it, such as one
	// compiled into an operator. When it is empty, discovery has to find the
	// image.
	Extra string
}

// Exclusion is a name that discovery finds and the cluster never asks for.
type Exclusion struct {
	Image  string // as found, or in full; * and ? as in path.Match stand for other names
	Reason string // required
}

// Needed is an image that goes into the cluster image, with all that asks for it.
type Needed struct {
	Image    reference.Ref `json:"image"`
	Evidence []Finding     `json:"evidence,omitempty"`
	Extra    string        `json:"extra,omitempty"`
}

// Excluded is an image left out on the component's word.
type Excluded struct {
	Image    reference.Ref `json:"image"`
	Evidence []Finding     `json:"evidence"`
	Reason   string        `json:"reason"`
}

// ProblemKind says what is wrong between what was found and what is declared.
type ProblemKind string

const (
	// Undecided is a suspected image that is neither declared nor excluded.
	Undecided ProblemKind = "undecided"
	// Undeclared is an image that was found and is not declared.
	Undeclared ProblemKind = "undeclared"
	// Vanished is a declared image that is no longer found.
	Vanished ProblemKind = "vanished"
	// Unreadable is a place that should hold an image and holds something else.
	Unreadable ProblemKind = "unreadable"
	// Stale is an exclusion of something that is not found.
	Stale ProblemKind = "stale"
	// Invalid is a declaration that cannot be read or contradicts another.
	Invalid ProblemKind = "invalid"
)

// Problem is one thing a person has to decide.
type Problem struct {
	Kind     ProblemKind `json:"kind"`
	Image    string      `json:"image"`
	Evidence []Evidence  `json:"evidence,omitempty"`
	Advice   string      `json:"advice"` // what to do about it
}

// Decision is the outcome for one component. Problems that are not empty stop a
// build.
type Decision struct {
	Component string     `json:"component"`
	Images    []Needed   `json:"images"`
	Excluded  []Excluded `json:"excluded,omitempty"`
	Problems  []Problem  `json:"problems,omitempty"`
}

// Decide holds what was found against what the component declares. Everything
// certain or declared is in Images, also where it is reported as a problem, so
// that a caller who only lists images sees them all.
func Decide(c Component, report *Report) *Decision {
	d := &decider{component: c, decision: &Decision{Component: c.Name}, declared: map[string]DeclaredImage{}}
	d.readDeclared()
	d.group(report.Findings)
	for _, name := range slices.Sorted(maps.Keys(d.found)) {
		d.image(name, d.found[name])
	}
	for _, name := range slices.Sorted(maps.Keys(d.declared)) {
		d.missing(name, d.declared[name])
	}
	d.unreadable(report.Unreadable)
	d.exclusions()
	d.sort()
	return d.decision
}

type decider struct {
	component Component
	decision  *Decision
	declared  map[string]DeclaredImage // by full name
	found     map[string][]Finding     // by full name
	used      map[int]bool             // exclusions that matched
}

func (d *decider) problem(kind ProblemKind, image string, evidence []Finding, advice string) {
	p := Problem{Kind: kind, Image: image, Advice: advice}
	for _, f := range evidence {
		p.Evidence = append(p.Evidence, f.Evidence)
	}
	d.decision.Problems = append(d.decision.Problems, p)
}

func (d *decider) readDeclared() {
	for _, image := range d.component.Declared {
		ref, err := reference.Parse(image.Image)
		if err != nil {
			d.problem(Invalid, image.Image, nil, "is not an image name: correct it")
			continue
		}
		d.declared[ref.String()] = image
	}
}

func (d *decider) group(findings []Finding) {
	d.found, d.used = map[string][]Finding{}, map[int]bool{}
	for _, f := range findings {
		name := f.Image.String()
		d.found[name] = append(d.found[name], f)
	}
}

// image decides about one image that was found.
func (d *decider) image(name string, evidence []Finding) {
	ref := evidence[0].Image
	declared, isDeclared := d.declared[name]
	excluded := d.excluded(name, evidence)
	sure := slices.ContainsFunc(evidence, func(f Finding) bool { return f.Confidence != Suspected })
	switch {
	case isDeclared && excluded != nil:
		d.problem(Invalid, name, evidence, "is both declared and excluded: remove one of the two")
		fallthrough
	case isDeclared:
		d.decision.Images = append(d.decision.Images, Needed{ref, evidence, declared.Extra})
	case excluded != nil:
		d.decision.Excluded = append(d.decision.Excluded, Excluded{ref, evidence, excluded.Reason})
	case sure:
		d.decision.Images = append(d.decision.Images, Needed{ref, evidence, ""})
		d.problem(Undeclared, name, evidence, "was found and is not declared: add it to the component's images, or exclude it with a reason")
	default:
		d.problem(Undecided, name, evidence, "looks like an image, and no rule says that it is one: add it to the component's images, or exclude it with a reason")
	}
}

// missing decides about a declared image that was not found.
func (d *decider) missing(name string, declared DeclaredImage) {
	if len(d.found[name]) > 0 {
		return
	}
	ref, err := reference.Parse(name)
	if err != nil {
		return // it was printed by a Ref
	}
	if declared.Extra != "" {
		d.decision.Images = append(d.decision.Images, Needed{Image: ref, Extra: declared.Extra})
		return
	}
	advice := "is declared and no longer found: remove it, or say as extra why it is needed"
	if near := d.sameRepository(ref); near != "" {
		advice = "is declared and no longer found; found instead: " + near
	}
	d.problem(Vanished, name, nil, advice)
}

// sameRepository lists what was found of the same repository under other tags.
func (d *decider) sameRepository(ref reference.Ref) string {
	var near []string
	for name, evidence := range d.found {
		if evidence[0].Image.Repository() == ref.Repository() {
			near = append(near, name)
		}
	}
	slices.Sort(near)
	return strings.Join(near, ", ")
}

func (d *decider) unreadable(remarks []Remark) {
	for _, r := range remarks {
		if d.excluded(r.Raw, nil) == nil {
			d.decision.Problems = append(d.decision.Problems, Problem{
				Kind: Unreadable, Image: r.Raw, Evidence: []Evidence{r.Evidence},
				Advice: "stands where an image belongs and is " + r.Reason + ": set the value that fills it in, or exclude it with a reason",
			})
		}
	}
}

// excluded is the exclusion that matches a name, or one of its spellings.
func (d *decider) excluded(name string, evidence []Finding) *Exclusion {
	for i := range d.component.Exclude {
		e := &d.component.Exclude[i]
		if matches(e.Image, name) || slices.ContainsFunc(evidence, func(f Finding) bool { return matches(e.Image, f.Raw) }) {
			d.used[i] = true
			return e
		}
	}
	return nil
}

func matches(pattern, name string) bool {
	if pattern == name {
		return true
	}
	ok, err := path.Match(pattern, name)
	return err == nil && ok && strings.ContainsAny(pattern, "*?")
}

func (d *decider) exclusions() {
	for i, e := range d.component.Exclude {
		if e.Reason == "" {
			d.problem(Invalid, e.Image, nil, "is excluded without a reason: write down why the cluster never asks for it")
		}
		if !d.used[i] {
			d.problem(Stale, e.Image, nil, "is excluded and was not found: remove the exclusion")
		}
	}
}

func (d *decider) sort() {
	slices.SortFunc(d.decision.Images, func(a, b Needed) int { return cmp.Compare(a.Image.String(), b.Image.String()) })
	slices.SortStableFunc(d.decision.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Image, b.Image))
	})
}

// Err is nil when there are no problems, else an error that shows the diff.
func (d *Decision) Err() error {
	if len(d.Problems) == 0 {
		return nil
	}
	return fmt.Errorf("component %s: %d images need a decision:\n%s", d.Component, len(d.Problems), d.Diff())
}
