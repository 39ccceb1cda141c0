package discover

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// named is an environment variable or flag with its value.
type named struct {
	name, value string
	node        *yaml.Node
	at          *place
}

// env reads a list of environment variables.
func (w *walker) env(list *yaml.Node, at *place) {
	var vars []named
	for i, item := range list.Content {
		if value := get(item, "value"); text(value) != "" {
			vars = append(vars, named{text(get(item, "name")), text(value), value, at.item(i).child("value")})
		}
	}
	w.names(vars, w.rules.Env, "env/")
}

// args reads a command line: --flag=value, -flag=value, and --flag value as two
// items. Items that are shell scripts are cut at blanks.
func (w *walker) args(list *yaml.Node, at *place) {
	var flags []named
	var previous string
	for i, item := range list.Content {
		item = deref(item)
		value := text(item)
		here := at.item(i)
		words := []string{value}
		if strings.ContainsAny(value, " \n\t") {
			words = strings.Fields(value)
		}
		for _, word := range words {
			name, arg, joined := strings.Cut(word, "=")
			switch {
			case strings.HasPrefix(word, "-") && joined:
				flags = append(flags, named{strings.TrimLeft(name, "-"), strings.Trim(arg, `"'`), item, here})
				previous = ""
			case strings.HasPrefix(word, "-"):
				previous = strings.TrimLeft(word, "-")
			case previous != "":
				flags = append(flags, named{previous, strings.Trim(word, `"'`), item, here})
				previous = ""
			}
		}
	}
	w.names(flags, w.rules.Args, "arg/")
}

// names matches variables or flags against the tables, first in pairs, then one
// by one.
func (w *walker) names(all []named, rules []nameRule, prefix string) {
	values := make(map[string]named, len(all))
	for _, v := range all {
		values[v.name] = v
	}
	for _, v := range all {
		if w.claimed[v.node] || w.pair(v, values, prefix) {
			continue
		}
		claimed := slices.ContainsFunc(rules, func(r nameRule) bool {
			return r.name.MatchString(v.name) && w.named(v, &r, prefix)
		})
		if ref, ok := looksLike(v.value); ok && !claimed {
			w.claimed[v.node] = true
			w.add(ref, v.value, "text/reference", Suspected, v.at)
		}
	}
}

// pair joins a repository and the tag that stands beside it under a name that
// differs in its end.
func (w *walker) pair(v named, values map[string]named, prefix string) bool {
	for _, p := range w.rules.Pairs {
		stem, ok := strings.CutSuffix(v.name, p.Image)
		if !ok {
			continue
		}
		tag, ok := values[stem+p.Tag]
		if !ok || tag.name == v.name {
			continue
		}
		raw := v.value + ":" + tag.value
		if _, s := readRef(raw); s < short {
			continue
		}
		w.claimed[v.node] = true
		w.image(raw, prefix+p.ID, Certain, v.at)
		return true
	}
	return false
}

// named takes the value of a variable or flag whose name a rule matches; it is
// false when the value is not an image.
func (w *walker) named(v named, r *nameRule, prefix string) bool {
	words := []string{v.value}
	if r.List {
		words = strings.FieldsFunc(v.value, func(c rune) bool { return strings.ContainsRune(" \t\r\n,;=", c) })
	}
	found := false
	for _, word := range words {
		ref, s := readRef(word)
		if s < r.weaker || s == short && !released(ref) || s == bare && !strings.Contains(word, "/") {
			continue
		}
		found = true
		w.claimed[v.node] = true
		w.image(word, prefix+r.ID, Certain, v.at)
	}
	return found
}

// annotations reads the annotations that tables say hold images.
func (w *walker) annotations(n *yaml.Node, at *place) {
	notes := get(get(n, "metadata"), "annotations")
	if notes == nil || notes.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(notes.Content); i += 2 {
		name, value := notes.Content[i].Value, deref(notes.Content[i+1])
		for r := range w.rules.Annotations {
			rule := &w.rules.Annotations[r]
			if !rule.name.MatchString(name) {
				continue
			}
			here := at.child("metadata").child("annotations").child(name)
			if w.named(named{name, text(value), value, here}, rule, "annotation/") {
				break
			}
		}
	}
}
