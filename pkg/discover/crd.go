package discover

import "go.yaml.in/yaml/v3"

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

// serves records the API that a CustomResourceDefinition adds. A version that is
// not served is none.
func (w *walker) serves(n *yaml.Node) {
	spec := get(n, "spec")
	group, kind := text(get(spec, "group")), text(get(get(spec, "names"), "kind"))
	versions := get(spec, "versions")
	if group == "" || kind == "" || versions == nil {
		return
	}
	for _, v := range listOf(versions) {
		if name := text(get(v, "name")); name != "" && text(get(v, "served")) != "false" {
			w.out.APIs = append(w.out.APIs, group+"/"+name, group+"/"+name+"/"+kind)
		}
	}
}
