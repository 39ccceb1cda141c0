package discover

import (
	"fmt"
	"regexp"
)

// add compiles a table and joins it to the set.
func (set *ruleSet) add(t table) error {
	for _, op := range t.Operators {
		if op.Name == "" || len(op.Rules) == 0 {
			return fmt.Errorf("operator %q: name and rules are required", op.Name)
		}
		for i := range op.Rules {
			r := &op.Rules[i]
			if err := r.compile(op); err != nil {
				return fmt.Errorf("operator %s: rule %d: %w", op.Name, i+1, err)
			}
			for _, kind := range r.Kinds {
				set.byKind[kind] = append(set.byKind[kind], r)
			}
		}
	}
	for _, names := range [][]nameRule{t.Env, t.Args, t.Annotations} {
		for i := range names {
			if err := names[i].compile(); err != nil {
				return err
			}
		}
	}
	for i := range t.Ignore {
		if err := t.Ignore[i].compile(); err != nil {
			return err
		}
	}
	set.Operators = append(set.Operators, t.Operators...)
	set.Env = append(set.Env, t.Env...)
	set.Args = append(set.Args, t.Args...)
	set.Annotations = append(set.Annotations, t.Annotations...)
	set.Pairs = append(set.Pairs, t.Pairs...)
	set.Ignore = append(set.Ignore, t.Ignore...)
	return nil
}

func (r *fieldRule) compile(op operator) (err error) {
	r.group, r.rule = op.Group, "operator/"+op.Name
	switch {
	case len(r.Kinds) == 0:
		return fmt.Errorf("kinds is required")
	case (len(r.Image) == 0) == (r.Cue == ""):
		return fmt.Errorf("give either image or cue")
	case r.Confidence == "":
		r.Confidence = Certain
	case r.Confidence != Certain && r.Confidence != Suspected:
		return fmt.Errorf("confidence %q: want certain or suspected", r.Confidence)
	}
	for _, s := range []struct {
		text string
		into *selector
	}{{r.Document, &r.document}, {r.Where, &r.where}, {r.Cue, &r.cue}} {
		if *s.into, err = parseSelector(s.text); err != nil {
			return err
		}
	}
	if r.object, err = whole(r.Object); err != nil {
		return err
	}
	if r.when, err = parseConditions(r.When); err != nil {
		return err
	}
	for _, text := range r.Image {
		t, err := parseTemplate(text)
		if err != nil {
			return err
		}
		r.templates = append(r.templates, t)
	}
	return nil
}

func (r *nameRule) compile() (err error) {
	levels := map[string]strength{"": short, "bare": bare, "short": short, "tagged": tagged, "full": full}
	weakest, ok := levels[r.Strength]
	if !ok || r.ID == "" || r.Name == "" {
		return fmt.Errorf("rule %q: id and name are required, accept is one of bare, short, tagged, full", r.ID)
	}
	r.weaker = weakest
	r.name, err = whole(r.Name)
	return err
}

func (r *ignoreRule) compile() (err error) {
	if r.ID == "" || r.Image == "" || r.Reason == "" {
		return fmt.Errorf("ignore %q: id, image and reason are required", r.ID)
	}
	if r.image, err = whole(r.Image); err != nil {
		return err
	}
	if r.path, err = regexp.Compile(r.Path); err != nil {
		return err
	}
	r.when, err = parseConditions(r.When)
	return err
}

// whole compiles an expression that has to match a name from end to end; an
// empty one matches every name.
func whole(expr string) (*regexp.Regexp, error) {
	if expr == "" {
		expr = ".*"
	}
	return regexp.Compile("^(?:" + expr + ")$")
}
