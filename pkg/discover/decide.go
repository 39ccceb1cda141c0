package discover

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

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

// sort puts what was declared of a repository beside what was found instead.
func (d *decider) sort() {
	slices.SortFunc(d.decision.Images, func(a, b Needed) int { return cmp.Compare(a.Image.String(), b.Image.String()) })
	slices.SortStableFunc(d.decision.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Image, b.Image), cmp.Compare(a.Kind, b.Kind))
	})
}
