package discover

import (
	"encoding/base64"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// texts searches what a ConfigMap or Secret holds: YAML, JSON, templates of
// them, and other text.
func (w *walker) texts(n *yaml.Node, at *place, secret bool) {
	for _, field := range []string{"data", "stringData"} {
		data := get(n, field)
		if data == nil || data.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(data.Content) && w.err == nil; i += 2 {
			key, value := data.Content[i].Value, deref(data.Content[i+1])
			body := text(value)
			if secret && field == "data" {
				decoded, err := base64.StdEncoding.DecodeString(body)
				if err != nil {
					continue
				}
				body = string(decoded)
			}
			w.text(body, at.child(field).child(key))
		}
	}
}

// text searches a text that may be YAML or JSON, whole or with template actions.
func (w *walker) text(body string, at *place) {
	if !strings.ContainsAny(body, "\n{[") || !w.enter(nil, at) {
		return
	}
	defer w.leave()
	guess := w.guess
	if hasTemplate(body) {
		w.guess, body = true, stripTemplate(body)
	}
	defer func() { w.guess = guess }()
	if !w.embedded(body, at) {
		w.lines(body, at)
	}
}

// embedded reads a text as YAML documents; it is false when it is something
// else.
func (w *walker) embedded(body string, at *place) bool {
	docs, err := manifest.Split("", []byte(body), manifest.Limits{})
	if err != nil {
		return false
	}
	roots := make([]*yaml.Node, 0, len(docs))
	for _, doc := range docs {
		root, err := parseYAML(doc.Data)
		if err != nil || root == nil || root.Kind != yaml.MappingNode && root.Kind != yaml.SequenceNode {
			return false
		}
		roots = append(roots, root)
	}
	for i, root := range roots {
		here := at.child(inside)
		if len(roots) > 1 {
			here = here.item(i)
		}
		if isObject(root) {
			w.object(root, here)
		} else {
			w.children(root, here)
		}
	}
	return true
}

// imageLine matches a line of a template or configuration file that sets an
// image: key: value, key = value, with or without quotes.
var imageLine = regexp.MustCompile(`(?i)^[\s-]*"?[\w.-]*image"?\s*[:=]\s*["']?([^\s"',]+)["']?,?\s*$`)

// lines looks through a text that is neither YAML nor JSON. Comments do not
// count.
func (w *walker) lines(body string, at *place) {
	for line := range strings.SplitSeq(body, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
			continue
		}
		if m := imageLine.FindStringSubmatch(line); m != nil {
			if ref, s := readRef(m[1]); s >= short && released(ref) {
				w.add(ref, m[1], "text/line", Suspected, at)
				continue
			}
		}
		for word := range strings.FieldsFuncSeq(trimmed, isDelimiter) {
			if ref, ok := looksLike(word); ok && hasHost(word) {
				w.add(ref, word, "text/reference", Suspected, at)
			}
		}
	}
}

func isDelimiter(c rune) bool { return strings.ContainsRune(" \t\r\"'`,;=()[]{}<>|", c) }

// definition looks at a CustomResourceDefinition: only the defaults of its
// schema can name images. They are used when somebody creates such a resource
// without naming one, so they are suspected.
func (w *walker) definition(n *yaml.Node, at *place) {
	n = deref(n)
	if n == nil || n.Kind == yaml.ScalarNode || !w.enter(n, at) {
		return
	}
	defer w.leave()
	for i, child := range n.Content {
		if n.Kind == yaml.SequenceNode {
			w.definition(child, at.item(i))
			continue
		}
		if i%2 == 0 {
			continue
		}
		key := n.Content[i-1].Value
		if value := deref(child); key == "default" && value.Kind == yaml.ScalarNode {
			if ref, s := readRef(value.Value); s >= tagged || s >= short && at != nil && imageKey.MatchString(at.key) {
				w.add(ref, value.Value, "crd/default", Suspected, at.child(key))
			}
			continue
		}
		w.definition(child, at.child(key))
	}
}
