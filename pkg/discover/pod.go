package discover

import "go.yaml.in/yaml/v3"

// containerLists are the fields of a pod's spec that hold containers, and the
// rule each is reported under.
var containerLists = []struct{ key, rule string }{
	{"containers", "pod/container"},
	{"initContainers", "pod/init-container"},
	{"ephemeralContainers", "pod/ephemeral-container"},
}

// podSpec finds the images of a mapping that is shaped like a pod's spec,
// whatever object it lies in: workloads, templates of custom resources, and
// objects within objects.
func (w *walker) podSpec(n *yaml.Node, at *place) {
	for _, list := range containerLists {
		items := get(n, list.key)
		if items == nil || items.Kind != yaml.SequenceNode {
			continue
		}
		for i, item := range items.Content {
			image := get(item, "image")
			if image == nil || image.Kind != yaml.ScalarNode {
				continue
			}
			here := at.child(list.key).item(i).child("image")
			w.claimed[image] = true
			w.image(text(image), list.rule, Certain, here)
		}
	}
	volumes := get(n, "volumes")
	if volumes == nil || volumes.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range volumes.Content {
		ref := get(get(item, "image"), "reference")
		if ref == nil {
			continue
		}
		w.claimed[ref] = true
		w.image(text(ref), "pod/image-volume", Certain, at.child("volumes").item(i).child("image").child("reference"))
	}
}

// container reads the environment and arguments of a mapping that has some.
func (w *walker) container(n *yaml.Node, at *place) {
	if env := get(n, "env"); env != nil && env.Kind == yaml.SequenceNode {
		w.env(env, at.child("env"))
	}
	for _, key := range []string{"command", "args"} {
		if list := get(n, key); list != nil && list.Kind == yaml.SequenceNode {
			w.args(list, at.child(key))
		}
	}
}

// split finds an image that is written as a mapping of its parts, such as
// {registry, repository, tag}. No operator is known to read it, so it is
// suspected.
func (w *walker) split(n *yaml.Node, at *place) {
	repo := get(n, "repository")
	tag, digest := text(get(n, "tag")), text(get(n, "digest"))
	if text(repo) == "" || tag == "" && digest == "" {
		return
	}
	raw := text(repo)
	for _, key := range []string{"registry", "hub"} {
		if host := text(get(n, key)); host != "" {
			raw = host + "/" + raw
			break
		}
	}
	if tag != "" {
		raw += ":" + tag
	}
	if digest != "" {
		raw += "@" + digest
	}
	if ref, s := readRef(raw); s != notRef {
		w.claimed[repo] = true
		w.add(ref, raw, "field/split", Suspected, at.child("repository"))
	}
}
