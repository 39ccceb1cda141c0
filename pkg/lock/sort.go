package lock

import (
	"cmp"
	"slices"
)

// Sort puts everything into the order of the file.
func (l *Lock) Sort() {
	slices.Sort(l.Platforms)
	slices.SortFunc(l.Downloads, func(a, b Download) int { return cmp.Compare(a.Source, b.Source) })
	for _, d := range l.Downloads {
		slices.SortFunc(d.Members, func(a, b Member) int { return cmp.Compare(a.Path, b.Path) })
	}
	slices.SortFunc(l.Images, func(a, b Image) int { return cmp.Compare(a.Name, b.Name) })
	for i := range l.Images {
		l.Images[i].sort()
	}
	if l.Base != nil {
		l.Base.sort()
	}
}

func (m *Image) sort() {
	slices.SortFunc(m.Platforms, func(a, b Manifest) int { return cmp.Compare(a.Platform, b.Platform) })
	slices.Sort(m.Components)
	m.Components = slices.Compact(m.Components)
	slices.SortFunc(m.Why, compareReasons)
	m.Why = slices.Compact(m.Why)
}

func compareReasons(a, b Reason) int {
	return cmp.Or(
		cmp.Compare(a.Component, b.Component), cmp.Compare(a.File, b.File),
		cmp.Compare(a.Object, b.Object), cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Sure, b.Sure), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Note, b.Note),
	)
}

// AddMember adds the pin of a file of an archive, or replaces it. It does nothing
// when the lock does not have the archive.
func (l *Lock) AddMember(source string, m Member) {
	i := slices.IndexFunc(l.Downloads, func(d Download) bool { return d.Source == source })
	if i < 0 {
		return
	}
	members := &l.Downloads[i].Members
	at, found := slices.BinarySearchFunc(*members, m.Path, func(have Member, path string) int { return cmp.Compare(have.Path, path) })
	if found {
		(*members)[at] = m
		return
	}
	*members = slices.Insert(*members, at, m)
}

// clone copies everything that sorting changes.
func (l *Lock) clone() *Lock {
	c := *l
	c.Platforms = slices.Clone(l.Platforms)
	c.Downloads = slices.Clone(l.Downloads)
	for i := range c.Downloads {
		c.Downloads[i].Members = slices.Clone(c.Downloads[i].Members)
	}
	c.Images = slices.Clone(l.Images)
	for i := range c.Images {
		c.Images[i] = c.Images[i].clone()
	}
	if l.Base != nil {
		base := l.Base.clone()
		c.Base = &base
	}
	return &c
}

func (m Image) clone() Image {
	m.Platforms = slices.Clone(m.Platforms)
	m.Components = slices.Clone(m.Components)
	m.Why = slices.Clone(m.Why)
	return m
}
