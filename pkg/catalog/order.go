package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrConflict means that two components cannot be in the same cluster.
var ErrConflict = errors.New("conflict")

// CycleError means that components require each other in a circle.
type CycleError struct {
	// Names are the components of the circle in the order in which each
	// requires the next; the first stands again at the end.
	Names []string
}

// Error names the circle.
func (e *CycleError) Error() string {
	return "components require each other in a cycle: " + strings.Join(e.Names, " → ")
}

// Order returns the named components and all they require, each behind what it
// requires, and otherwise by name, so that the same set always gives the same
// order. It fails on a name or requirement that the catalog does not have, on a
// cycle, and on two components that conflict.
func (c *Catalog) Order(names ...string) ([]*Component, error) {
	o := orderer{catalog: c, state: map[string]state{}}
	for _, name := range slices.Sorted(slices.Values(names)) {
		if err := o.visit(name); err != nil {
			return nil, err
		}
	}
	if err := conflicts(o.order); err != nil {
		return nil, err
	}
	return o.order, nil
}

type state byte

const (
	visiting state = iota + 1
	done
)

type orderer struct {
	catalog *Catalog
	state   map[string]state
	path    []string // from the name asked for to the one being visited
	order   []*Component
}

func (o *orderer) visit(name string) error {
	switch o.state[name] {
	case done:
		return nil
	case visiting:
		start := slices.Index(o.path, name)
		cycle := append(slices.Clone(o.path[start:]), name)
		return &CycleError{Names: cycle}
	}
	component, err := o.catalog.Get(name)
	if err != nil {
		if len(o.path) > 0 {
			return fmt.Errorf("required by component %s: %w", o.path[len(o.path)-1], err)
		}
		return err
	}
	o.state[name] = visiting
	o.path = append(o.path, name)
	for _, required := range slices.Sorted(slices.Values(component.Requires)) {
		if err := o.visit(required); err != nil {
			return err
		}
	}
	o.path = o.path[:len(o.path)-1]
	o.state[name] = done
	o.order = append(o.order, component)
	return nil
}

// conflicts fails when two of the components cannot be in one cluster. One of
// them naming the other is enough.
func conflicts(components []*Component) error {
	present := map[string]bool{}
	for _, c := range components {
		present[c.Name] = true
	}
	for _, c := range components {
		for _, other := range c.Conflicts {
			if present[other] {
				return fmt.Errorf("components %s and %s %w: they cannot run in the same cluster; leave one out", c.Name, other, ErrConflict)
			}
		}
	}
	return nil
}
