package discover

// apply runs one rule of a table on the current object.
func (w *walker) apply(r *fieldRule) {
	start := w.root
	if r.Document != "" {
		for _, s := range r.document.find(w.root) {
			root, err := parseYAML([]byte(stripTemplate(text(s.node))))
			if err != nil || root == nil {
				continue // what cannot be read is looked through line by line
			}
			start = spot{root, s.at.child(inside)}
			w.applyAt(r, start, start)
		}
		return
	}
	w.applyAt(r, w.root, start)
}

func (w *walker) applyAt(r *fieldRule, root, start spot) {
	for _, here := range r.where.find(start) {
		if !allHold(r.when, root, here) {
			continue
		}
		if r.Cue != "" {
			for _, s := range r.cue.find(here) {
				w.cue(r, s)
			}
			continue
		}
		for _, t := range r.templates {
			image, ok := t.build(root, here)
			if !ok {
				continue
			}
			w.claim(image.from)
			w.image(image.raw, r.rule, r.Confidence, image.place(here))
			break
		}
	}
}
