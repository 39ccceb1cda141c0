package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/progress"
)

// FsckOptions changes what Fsck does. The zero value checks all blobs, recipes
// and images, and changes nothing.
type FsckOptions struct {
	Layers   bool          // also hash every layer made from a recipe
	Repair   bool          // move damaged content away, so that a build heals it
	Progress progress.Func // nil: nobody
}

// Problem is something Fsck found.
type Problem struct {
	Digest digest.Digest `json:"digest,omitempty"` // of the content; empty when it has none
	Path   string        `json:"path,omitempty"`   // of the file, within the store
	Reason string        `json:"reason"`
	// Images are the names in index.json that need the content, sorted.
	Images   []string `json:"images,omitempty"`
	Advice   string   `json:"advice"`
	Repaired bool     `json:"repaired,omitempty"`

	repair func() error // nil: nothing to be done here
}

// FsckReport is what Fsck checked and found.
type FsckReport struct {
	Blobs    int       `json:"blobs"`
	Bytes    int64     `json:"bytes"`  // of the blobs
	Layers   int       `json:"layers"` // made from recipes
	Images   int       `json:"images"` // entries of index.json
	Problems []Problem `json:"problems"`
}

// Fsck verifies every blob against its digest, every recipe, and that all that
// the images of index.json need is there. Problems are in the report; an error is
// returned when it could not check or repair.
func (s *Store) Fsck(ctx context.Context, opts FsckOptions) (*FsckReport, error) {
	if opts.Repair {
		if err := s.writable(); err != nil {
			return nil, err
		}
	}
	c := &checker{
		s: s, opts: opts, report: &FsckReport{Problems: []Problem{}},
		parents: map[digest.Digest][]digest.Digest{}, names: map[digest.Digest][]string{},
	}
	for _, step := range []func(context.Context) error{c.blobs, c.recipes, c.layers, c.images} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("check store %s: %w", s.dir, err)
		}
	}
	return c.report, c.finish()
}

// checker collects problems.
type checker struct {
	s       *Store
	opts    FsckOptions
	report  *FsckReport
	parents map[digest.Digest][]digest.Digest // content → what refers to it
	names   map[digest.Digest][]string        // content → its names in index.json
}

// add notes a problem.
func (c *checker) add(p Problem) { c.report.Problems = append(c.report.Problems, p) }

// finish completes, sorts and repairs the problems.
func (c *checker) finish() error {
	list := c.report.Problems
	for i := range list {
		list[i].Images = c.imagesOf(list[i].Digest)
	}
	slices.SortStableFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	list = slices.CompactFunc(list, func(a, b Problem) bool {
		return a.Digest == b.Digest && a.Path == b.Path && a.Reason == b.Reason
	})
	c.report.Problems = list
	var failed []error
	for i := range list {
		if p := &list[i]; c.opts.Repair && p.repair != nil {
			err := p.repair()
			if err == nil {
				p.Repaired, p.Advice = true, adviceAgain
			}
			failed = append(failed, err)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("repair store: %w", c.s.writeError(c.s.dir, 0, err))
	}
	return nil
}

// imagesOf lists the images that need the content.
func (c *checker) imagesOf(dgst digest.Digest) []string {
	seen := map[digest.Digest]bool{"": true}
	var names []string
	for queue := []digest.Digest{dgst}; len(queue) > 0; queue = queue[1:] {
		if d := queue[0]; !seen[d] {
			seen[d] = true
			names = append(names, c.names[d]...)
			queue = append(queue, c.parents[d]...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// relative is a path as the report has it.
func (c *checker) relative(path string) string {
	return strings.TrimPrefix(path, c.s.dir+"/")
}
