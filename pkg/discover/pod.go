package discover

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// containerRule is the rule for a list of containers, empty when the key is no
// such list. Custom resources have lists of their own, such as
// additionalContainers.
func containerRule(key string) string {
	switch {
	case key == "initContainers":
		return "pod/init-container"
	case key == "ephemeralContainers":
		return "pod/ephemeral-container"
	case key == "containers", strings.HasSuffix(key, "Containers"):
		return "pod/container"
	}
	return ""
}

// podSpec finds the images of a mapping that is shaped like a pod's spec,
// whatever object it lies in: workloads, templates of custom resources, and
// objects within objects.
func (w *walker) podSpec(n *yaml.Node, at *place) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, items := n.Content[i].Value, deref(n.Content[i+1])
		rule := containerRule(key)
		if rule == "" || items.Kind != yaml.SequenceNode {
			continue
		}
		for j, item := range items.Content {
			image := get(item, "image")
			if image == nil || image.Kind != yaml.ScalarNode {
				continue
			}
			w.claimed[image] = true
			w.image(text(image), rule, Certain, at.child(key).item(j).child("image"))
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
