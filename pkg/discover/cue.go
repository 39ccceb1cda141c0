package discover

import (
	"regexp"
	"strings"
)

// cueLabel matches the label at the start of a line of CUE.
var cueLabel = regexp.MustCompile(`^\s*"?([\w#$-]+)"?[?!]?\s*:`)

// cueString matches a plain string literal, and whether it is a default.
var cueString = regexp.MustCompile(`(\*?)"([^"\\\n]+)"`)

// cue finds the images in a CUE text: literals of fields named like an image,
// and defaults (*"…") that look like one. References to parameters are no
// literals.
func (w *walker) cue(r *fieldRule, at spot) {
	w.claimed[at.node] = true
	for line := range strings.SplitSeq(text(at.node), "\n") {
		line, _, _ = strings.Cut(" "+line, " //")
		label := cueLabel.FindStringSubmatch(line)
		for _, m := range cueString.FindAllStringSubmatch(line, -1) {
			ref, s := readRef(m[2])
			switch {
			case s == notRef:
			case label != nil && imageKey.MatchString(label[1]) && s >= short && released(ref),
				m[1] == "*" && s >= tagged && released(ref):
				w.add(ref, m[2], r.rule, r.Confidence, at.at)
			default:
				if ref, ok := looksLike(m[2]); ok {
					w.add(ref, m[2], "text/reference", Suspected, at.at)
				}
			}
		}
	}
}
