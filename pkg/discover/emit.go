package discover

import (
	"slices"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
)

// claim marks nodes as accounted for, so that nothing suspects them again.
func (w *walker) claim(spots []spot) {
	for _, s := range spots {
		w.claimed[s.node] = true
	}
}

// image records that a place names an image. A value that is no image name is
// recorded as unreadable; an empty one is not set at all.
func (w *walker) image(raw, rule string, confidence Confidence, at *place) {
	if raw == "" || w.ignored(raw, rule, at) {
		return
	}
	ref, s := readRef(raw)
	if s == notRef {
		remark := Remark{w.evidence(raw, rule, at), "not an image name"}
		if w.guess {
			remark.Reason = "left to a template to fill in"
			w.out.Skipped = append(w.out.Skipped, remark)
			return
		}
		w.out.Unreadable = append(w.out.Unreadable, remark)
		return
	}
	w.add(ref, raw, rule, confidence, at)
}

// add records a finding.
func (w *walker) add(ref reference.Ref, raw, rule string, confidence Confidence, at *place) {
	if w.guess {
		confidence = Suspected
	}
	if confidence == Suspected && w.ignored(raw, rule, at) {
		return
	}
	w.out.Findings = append(w.out.Findings, Finding{w.evidence(raw, rule, at), ref, confidence})
}

func (w *walker) evidence(raw, rule string, at *place) Evidence {
	e := w.base
	e.Path, e.Rule, e.Raw = at.String(), rule, strings.ReplaceAll(raw, leftover, "{{…}}")
	return e
}

// ignored reports whether a table says that the value is no image, and remarks
// it.
func (w *walker) ignored(raw, rule string, at *place) bool {
	kind := text(get(w.root.node, "kind"))
	for _, r := range w.rules.Ignore {
		if !r.image.MatchString(raw) || len(r.Kinds) > 0 && !slices.Contains(r.Kinds, kind) ||
			!r.path.MatchString(at.String()) || !allHold(r.when, w.root, w.root) {
			continue
		}
		e := w.evidence(raw, "ignore/"+r.ID, at)
		w.out.Skipped = append(w.out.Skipped, Remark{e, r.Reason})
		return true
	}
	return false
}

// dropDoubts drops suspicions of what another rule is sure of at the same place:
// texts are read once for the tables and once for their shape.
func dropDoubts(all []Finding) []Finding {
	type spot struct {
		object, path string
		image        reference.Ref
	}
	sure := map[spot]bool{}
	for _, f := range all {
		if f.Confidence != Suspected {
			sure[spot{f.Object, f.Path, f.Image}] = true
		}
	}
	return slices.DeleteFunc(all, func(f Finding) bool {
		return f.Confidence == Suspected && sure[spot{f.Object, f.Path, f.Image}]
	})
}
