// Package discover finds the container images that rendered Kubernetes objects
// will make a cluster pull, and says for each where it was found and by which
// rule. It reads structure, not lines, renders nothing and uses no network.
//
// What pods name is built in. What operators' custom resources, environment and
// arguments name is data: see the tables in the rules directory. Find collects
// the evidence, Decide holds it against what a component declares.
package discover

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/opc-source/opc-image/pkg/chart/manifest"
)

// Limits bounds a document. Exceeding one is an error. The zero value means the
// defaults.
type Limits struct {
	Nodes int // YAML nodes of one document, aliases counted as often as used; default 2,000,000
	Depth int // nesting, texts inside texts included; default 200
}

func (l Limits) withDefaults() Limits {
	l.Nodes = cmp.Or(l.Nodes, 2_000_000)
	l.Depth = cmp.Or(l.Depth, 200)
	return l
}

// Finder finds images with a set of rules. It may be used concurrently.
type Finder struct {
	rules  *ruleSet
	limits Limits
}

// New returns a Finder with the built-in rules.
func New(limits Limits) (*Finder, error) {
	rules, err := builtinRules()
	if err != nil {
		return nil, err
	}
	return &Finder{rules: rules, limits: limits.withDefaults()}, nil
}

// Find reads the documents of one component. A document that is not YAML or
// exceeds a limit is an error that names its file and line. A document that is
// skipped is remarked and not searched.
func (f *Finder) Find(ctx context.Context, component string, docs []manifest.Document) (*Report, error) {
	reports := make([]Report, len(docs))
	errs := make([]error, len(docs))
	var group sync.WaitGroup
	next := make(chan int)
	for range min(runtime.GOMAXPROCS(0), len(docs)) {
		group.Go(func() {
			for i := range next {
				errs[i] = f.document(component, docs[i], &reports[i])
			}
		})
	}
	for i := range docs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("component %s: %s:%d: %w", component, docs[i].File, docs[i].Line, err)
		}
	}
	return Merge(reports...), nil
}
