package registryfs

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Check reports every link to content that is not there, and every tag whose
// manifest the repository lacks. It reads no content: that an index lists
// manifests which are not here is no error.
func (t *Tree) Check() error {
	var errs []error
	paths := slices.SortedFunc(maps.Keys(t.links), func(a, b Path) int { return cmp.Compare(a.String(), b.String()) })
	for _, p := range paths {
		dgst := t.links[p]
		if !t.has(dgst) {
			errs = append(errs, fmt.Errorf("%s: there is no content %s", p, dgst))
			continue
		}
		if p.Kind != Tag && p.Kind != TagIndex {
			continue
		}
		if _, ok := t.links[Path{Kind: Revision, Repository: p.Repository, Digest: dgst}]; !ok {
			errs = append(errs, fmt.Errorf("%s: the repository does not have %s", p, dgst))
		}
	}
	return errors.Join(errs...)
}
