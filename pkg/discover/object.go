package discover

import (
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// document searches one document.
func (f *Finder) document(component string, doc manifest.Document, out *Report) error {
	base := Evidence{Component: component, Chart: doc.Chart, File: doc.File}
	if doc.Skipped != "" {
		base.Object, base.Rule = firstObject(doc.Data), "skipped"
		out.Skipped = append(out.Skipped, Remark{base, doc.Skipped})
		return nil
	}
	root, err := parseYAML(doc.Data)
	if err != nil {
		return err
	}
	w := &walker{rules: f.rules, limits: f.limits, base: base, out: out, claimed: map[*yaml.Node]bool{}}
	earlier := len(out.Findings)
	w.top(root, nil)
	out.Findings = append(out.Findings[:earlier], dropDoubts(out.Findings[earlier:])...)
	return w.err
}

// firstObject names the object of a document that is not searched, as well as it
// can be read.
func firstObject(data []byte) string {
	root, err := parseYAML(data)
	if err != nil {
		return ""
	}
	return objectName(root)
}

// top walks a document's root: one object, or a List of them. Lists in lists are
// read too.
func (w *walker) top(n *yaml.Node, at *place) {
	kind := text(get(n, "kind"))
	items := get(n, "items")
	if strings.HasSuffix(kind, "List") && items != nil && items.Kind == yaml.SequenceNode {
		for i, item := range items.Content {
			if !w.enter(item, at.child("items").item(i)) {
				return
			}
			w.top(deref(item), at.child("items").item(i))
			w.leave()
		}
		return
	}
	w.base.Object = objectName(n)
	w.object(n, at)
}

// object applies the tables to an object and then walks it.
func (w *walker) object(n *yaml.Node, at *place) {
	kind, group := text(get(n, "kind")), apiGroup(n)
	outer := w.root
	w.root = spot{n, at}
	defer func() { w.root = outer }()
	if kind == "CustomResourceDefinition" && group == "apiextensions.k8s.io" {
		if !at.inText() {
			w.serves(n)
		}
		w.definition(n, at)
		return
	}
	if kind == "ClusterConfiguration" && group == "kubeadm.k8s.io" {
		w.kubeadm(n, at)
	}
	for _, r := range w.rules.byKind[kind] {
		if ok, err := path.Match(r.group, group); ok && err == nil && r.object.MatchString(text(get(get(n, "metadata"), "name"))) {
			w.apply(r)
		}
	}
	w.annotations(n, at)
	w.children(n, at)
	if group == "" && (kind == "ConfigMap" || kind == "Secret") {
		w.texts(n, at, kind == "Secret")
	}
}

// apiGroup is the group of an object, empty for the core group.
func apiGroup(n *yaml.Node) string {
	group, _, found := strings.Cut(text(get(n, "apiVersion")), "/")
	if !found {
		return ""
	}
	return group
}

// objectName is "Kind namespace/name", or as much of it as there is.
func objectName(n *yaml.Node) string {
	meta := get(n, "metadata")
	name := text(get(meta, "name"))
	if name == "" {
		name = text(get(meta, "generateName"))
	}
	if ns := text(get(meta, "namespace")); ns != "" {
		name = ns + "/" + name
	}
	return strings.TrimSpace(text(get(n, "kind")) + " " + name)
}

// isObject reports whether a mapping is a whole Kubernetes object.
func isObject(n *yaml.Node) bool {
	return text(get(n, "apiVersion")) != "" && text(get(n, "kind")) != ""
}
