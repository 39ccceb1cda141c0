package inventory

import (
	"context"
	"slices"
)

// served is what the cluster serves besides Kubernetes' own APIs while its parts
// are launched one after the other: templates may ask for it. A nil one is of a
// part that is launched alone.
type served struct {
	before *served       // of the part launched before; nil for the first
	ready  chan struct{} // closed once apis is complete
	apis   []string      // that the definitions of this part add
}

// inLaunchOrder links the parts in the order in which they are launched, and
// returns their indexes in that order: files that belong to no app, then the apps
// in the order given, then other apps and the launch commands as they stand.
func inLaunchOrder(parts []part, apps []string) []int {
	place := func(i int) int {
		at := slices.Index(apps, parts[i].app)
		switch {
		case parts[i].app == "" && !parts[i].launch:
			return -1
		case at < 0:
			return len(apps)
		}
		return at
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return place(a) - place(b) })
	var before *served
	for _, i := range order {
		parts[i].served = &served{before: before, ready: make(chan struct{})}
		before = parts[i].served
	}
	return order
}

// add records what the objects that were just installed make the cluster serve.
func (s *served) add(apis []string) {
	if s != nil {
		s.apis = append(s.apis, apis...)
	}
}

// launched lets those go on that are launched later.
func (s *served) launched() { close(s.ready) }

// now is what the cluster serves at this moment of the part's launch. It waits
// for the parts launched before.
func (s *served) now(ctx context.Context) ([]string, error) {
	if s == nil {
		return nil, nil
	}
	apis := slices.Clone(s.apis)
	for b := s.before; b != nil; b = b.before {
		select {
		case <-b.ready:
			apis = append(apis, b.apis...)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return apis, nil
}
