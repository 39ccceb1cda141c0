package discover

import (
	"path"
	"slices"
	"strings"
)

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
