package layer

import (
	"fmt"
	"slices"
	"strings"
)

// ownership is all entries to be packed, and who has them.
type ownership struct {
	all    tree
	first  map[string]string   // name of an entry → the first owner that has it
	owners map[string][]string // unit → its owners, sorted
	leaves map[string]bool     // directories that are not above any other entry of an owner
}

// collect reads the groups and checks them against each other.
func collect(groups []Group) (*ownership, error) {
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	n := 0
	for _, g := range groups {
		n += len(g.Entries)
	}
	o := &ownership{
		all: make(tree, n), first: make(map[string]string, n),
		owners: make(map[string][]string, n), leaves: map[string]bool{},
	}
	for i, g := range groups {
		if i > 0 && groups[i-1].Name == g.Name {
			return nil, fmt.Errorf("two groups are named %q", g.Name)
		}
		if err := o.addGroup(g); err != nil {
			return nil, err
		}
	}
	if err := o.checkParents(); err != nil {
		return nil, err
	}
	return o, o.all.checkLinks()
}

func (o *ownership) addGroup(g Group) error {
	above := map[string]bool{} // directories with something of this owner below
	for _, e := range g.Entries {
		for dir, _ := split(e.Name); dir != "" && !above[dir]; dir, _ = split(dir) {
			above[dir] = true
		}
	}
	for i := range g.Entries {
		e := &g.Entries[i]
		if old, ok := o.all[e.Name]; ok && !same(old, e) {
			return conflict(o.first[e.Name], g.Name, old, e)
		}
		if err := o.all.add(e); err != nil {
			return fmt.Errorf("%s: %w", g.Name, err)
		}
		if _, ok := o.first[e.Name]; !ok {
			o.first[e.Name] = g.Name
		}
		if e.Kind == Dir {
			// Its owner's other entries bring it along, unless there are none.
			if above[e.Name] {
				continue
			}
			o.leaves[e.Name] = true
		}
		u := unit(e)
		if have := o.owners[u]; len(have) == 0 || have[len(have)-1] != g.Name {
			o.owners[u] = append(have, g.Name)
		}
	}
	return nil
}

// conflict is the error of two entries of one name that differ.
func conflict(one, two string, a, b *Entry) error {
	if one == two {
		return fmt.Errorf("%s has %q twice, %s", one, a.Name, difference(a, b))
	}
	return fmt.Errorf("%s and %s both have %q, %s", one, two, a.Name, difference(a, b))
}

// checkParents refuses entries below what another owner says is no directory.
func (o *ownership) checkParents() error {
	bad := ""
	for name := range o.all {
		if bad != "" && name >= bad { // the first by name is told
			continue
		}
		if dir := o.all.noDir(name); dir != "" {
			bad = name
		}
	}
	if bad == "" {
		return nil
	}
	dir := o.all.noDir(bad)
	return fmt.Errorf("%s has %q, but %s has %q as a %s", o.first[bad], bad, o.first[dir], dir, o.all[dir].Kind)
}

// unit names what must stay in one layer: a file and the hard links to it,
// because a layer is unpacked without those below it.
func unit(e *Entry) string {
	if e.Kind == Hardlink {
		return e.Link
	}
	return e.Name
}

// bins puts the entries into one bin for each set of owners, sorted.
func (o *ownership) bins() []*bin {
	byOwners := map[string]*bin{}
	var bins []*bin
	for _, e := range o.all.sorted() {
		if e.Kind == Dir && !o.leaves[e.Name] {
			continue
		}
		owners := o.owners[unit(e)]
		key := strings.Join(owners, "\x00")
		b := byOwners[key]
		if b == nil {
			b = newBin(owners, "")
			byOwners[key] = b
			bins = append(bins, b)
		}
		b.add(e)
	}
	slices.SortFunc(bins, func(a, b *bin) int { return strings.Compare(a.name(), b.name()) })
	return bins
}

// withParents adds the directories above entries, as their owner described them.
func (o *ownership) withParents(entries []*Entry) tree {
	t := make(tree, 2*len(entries))
	for _, e := range entries {
		t[e.Name] = e
		for dir, _ := split(e.Name); dir != ""; dir, _ = split(dir) {
			if _, ok := t[dir]; ok {
				break
			}
			if explicit, ok := o.all[dir]; ok {
				t[dir] = explicit
			} else {
				t[dir] = implied(dir)
			}
		}
	}
	return t
}
