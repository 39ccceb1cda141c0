package discover

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// walker searches one document. It stops at the first error.
type walker struct {
	rules   *ruleSet
	limits  Limits
	base    Evidence // what all evidence of this document has in common
	out     *Report
	root    spot // the object being searched
	claimed map[*yaml.Node]bool
	nodes   int
	depth   int
	guess   bool // the text comes from a template: both branches of its conditions
	err     error
}

// enter counts a node; it is false, and err set, when a limit is exceeded. Each
// successful enter is followed by a leave.
func (w *walker) enter(_ *yaml.Node, at *place) bool {
	if w.err != nil {
		return false
	}
	w.nodes++
	w.depth++
	switch {
	case w.nodes > w.limits.Nodes:
		w.err = fmt.Errorf("more than the %d nodes allowed in one document once aliases are followed", w.limits.Nodes)
	case w.depth > w.limits.Depth:
		w.err = fmt.Errorf("nested deeper than the %d levels allowed", w.limits.Depth)
	default:
		return true
	}
	return false
}

func (w *walker) leave() { w.depth-- }

// children walks what is below a node.
func (w *walker) children(n *yaml.Node, at *place) {
	n = deref(n)
	if n == nil || !w.enter(n, at) {
		return
	}
	defer w.leave()
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			w.value("", item, at.item(i))
		}
	case yaml.MappingNode:
		w.podSpec(n, at)
		w.container(n, at)
		w.split(n, at)
		for i := 0; i+1 < len(n.Content) && w.err == nil; i += 2 {
			key := n.Content[i].Value
			w.value(key, n.Content[i+1], at.child(key))
		}
	}
}

// value looks at one value; key is "" for the items of a list.
func (w *walker) value(key string, n *yaml.Node, at *place) {
	n = deref(n)
	switch {
	case n == nil || w.err != nil:
	case n.Kind == yaml.ScalarNode:
		w.scalar(key, n, at)
	case n.Kind == yaml.MappingNode && isObject(n) && at.up != nil:
		if w.enter(n, at) {
			w.object(n, at)
			w.leave()
		}
	default:
		w.children(n, at)
	}
}

// imageKey matches field names that usually hold an image.
var imageKey = regexp.MustCompile(`(?i)(^|[a-z_.-])image(name|ref|reference|uri|url)?$|^imagePullSpec$|ImagePullSpec$`)

// notImageKey matches field names that hold prose or identifiers.
var notImageKey = regexp.MustCompile(`(?i)^(description|message|comment|note|example|title|apiVersion|kind|namespace|mountPath|subPath|href|link)$`)

// scalar suspects a value that no rule has claimed and that looks like an image.
func (w *walker) scalar(key string, n *yaml.Node, at *place) {
	if w.nodes++; w.nodes > w.limits.Nodes {
		w.enter(n, at) // reports it
		return
	}
	raw := n.Value
	if n.Tag != "!!str" && n.Tag != "" || !strings.ContainsAny(raw, ":/@") || w.claimed[n] {
		return // a lone word is no reason to suspect anything
	}
	if strings.Contains(raw, leftover) || notImageKey.MatchString(key) {
		return
	}
	if strings.Contains(raw, "\n") {
		w.prose(raw, at)
		return
	}
	if imageKey.MatchString(key) {
		if ref, s := readRef(raw); s >= short && (s > short || released(ref)) || s == bare && strings.Contains(raw, "/") {
			w.add(ref, raw, "field/image", Suspected, at)
			return
		}
	}
	if ref, ok := looksLike(raw); ok {
		w.add(ref, raw, "text/reference", Suspected, at)
	}
}
