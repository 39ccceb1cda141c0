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
	"sync/atomic"

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
	reports := make([]Report, min(runtime.GOMAXPROCS(0), len(docs)))
	failed := &firstError{at: len(docs)}
	var next atomic.Int64
	var group sync.WaitGroup
	for worker := range reports {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < failed.before() && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := f.document(component, docs[i], &reports[worker]); err != nil {
					failed.set(i, fmt.Errorf("component %s: %s:%d: %w", component, docs[i].File, docs[i].Line, err))
				}
			}
		})
	}
	group.Wait()
	if err := cmp.Or(ctx.Err(), failed.err); err != nil {
		return nil, err
	}
	return Merge(reports...), nil
}

// firstError keeps the error of the first document that has one, whichever is
// read first. Documents behind it need not be read.
type firstError struct {
	mu  sync.Mutex
	at  int
	err error
}

func (f *firstError) before() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *firstError) set(at int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at < f.at {
		f.at, f.err = at, err
	}
}
