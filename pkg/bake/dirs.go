package bake

import (
	"path"
	"strings"

	"github.com/opc-source/opc-image/pkg/layer"
)

// whiteout marks what a RUN removed, as the OCI layer specification has it.
const whiteout = ".wh."

// dirs are the directories that the layers so far describe, by name. A layer has
// the directories above its entries, and what it says of them counts; so it has
// to say what the layers below do. Nil remembers nothing.
type dirs map[string]layer.Entry

// above adds the directories above the entries that layers below describe, unless
// a group does.
func (d dirs) above(groups []layer.Group) {
	if len(d) == 0 {
		return
	}
	seen := map[string]bool{}
	for _, g := range groups {
		for _, e := range g.Entries {
			seen[e.Name] = true
		}
	}
	for i := range groups {
		for _, e := range groups[i].Entries {
			for dir := path.Dir(e.Name); dir != "." && !seen[dir]; dir = path.Dir(dir) {
				seen[dir] = true
				if below, ok := d[dir]; ok {
					groups[i].Entries = append(groups[i].Entries, below)
				}
			}
		}
	}
}

// learn remembers the directories of a layer, and forgets what it replaces.
func (d dirs) learn(groups []layer.Group) {
	if d == nil {
		return
	}
	for _, g := range groups {
		for _, e := range g.Entries {
			dir, base := path.Split(e.Name)
			if removed, ok := strings.CutPrefix(base, whiteout); ok {
				d.forget(dir + removed)
			} else if e.Kind != layer.Dir {
				d.forget(e.Name)
			}
		}
		for _, e := range g.Entries {
			if e.Kind == layer.Dir {
				d[e.Name] = e
			}
		}
	}
}

// forget drops a directory and what is below.
func (d dirs) forget(name string) {
	for known := range d {
		if known == name || strings.HasPrefix(known, name+"/") {
			delete(d, known)
		}
	}
}
