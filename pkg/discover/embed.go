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

// prose searches a text of several lines in a field that no rule knows: a pod in
// YAML, a script. ConfigMaps and Secrets have their texts read by texts.
func (w *walker) prose(body string, at *place) {
	kind := text(get(w.root.node, "kind"))
	if kind == "ConfigMap" || kind == "Secret" || !strings.Contains(body, "mage") || !w.enter(nil, at) {
		return
	}
	defer w.leave()
	guess := w.guess
	defer func() { w.guess = guess }()
	w.guess, body = true, stripTemplate(body)
	if !w.embedded(body, at) {
		w.settings(body, at)
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
	for _, line := range w.settings(body, at) {
		for word := range strings.FieldsFuncSeq(line, isDelimiter) {
			if ref, ok := looksLike(word); ok && hasHost(word) {
				w.add(ref, word, "text/reference", Suspected, at)
			}
		}
	}
}

// settings finds the lines of a text that set an image, and returns the others
// that are no comments.
func (w *walker) settings(body string, at *place) (others []string) {
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") {
			continue
		}
		if m := imageLine.FindStringSubmatch(line); m != nil {
			if ref, s := readRef(m[1]); s >= short && released(ref) {
				w.add(ref, m[1], "text/line", Suspected, at)
				continue
			}
		}
		others = append(others, line)
	}
	return others
}

func isDelimiter(c rune) bool { return strings.ContainsRune(" \t\r\"'`,;=()[]{}<>|", c) }
