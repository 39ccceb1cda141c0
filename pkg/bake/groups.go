package bake

import (
	"cmp"
	"slices"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/rootfs"
)

// Groups of files that belong to no component. No component can have these
// names: theirs are in lower case.
const (
	kubefileGroup = "Kubefile" // what the Kubefile itself puts there
	recordGroup   = "Record"   // the lock, which changes with everything
)

// group sorts the files of a phase by owner. Of files with one name the last
// counts.
func (b *baker) group(items []rootfs.Item, phase int) []layer.Group {
	last := map[string]int{}
	for i, item := range items {
		if item.Phase == phase {
			last[item.Name] = i
		}
	}
	byOwner := map[string][]layer.Entry{}
	for i, item := range items {
		if at, ok := last[item.Name]; !ok || at != i {
			continue
		}
		item.ModTime = b.opts.Created
		owner := cmp.Or(item.Owner, kubefileGroup)
		byOwner[owner] = append(byOwner[owner], item.Entry)
	}
	if phase == len(b.plan.Runs) {
		byOwner[recordGroup] = []layer.Entry{{
			Name: compose.LockFile, Mode: 0o644, Data: b.record, ModTime: b.opts.Created,
		}}
	}
	var groups []layer.Group
	for owner, entries := range byOwner {
		groups = append(groups, layer.Group{Name: owner, Entries: entries})
	}
	slices.SortFunc(groups, func(a, b layer.Group) int { return cmp.Compare(a.Name, b.Name) })
	return groups
}
