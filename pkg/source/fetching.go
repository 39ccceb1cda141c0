package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
)

// ErrNotFetched is the error of [Fetching.Wait] for a blob that did not come.
// Why it did not is among the errors of [Fetching.End].
var ErrNotFetched = errors.New("not fetched")

// Fetching is a fetch under way.
type Fetching struct {
	jobs map[digest.Digest]*job
	over chan struct{} // closed when nothing goes on any more
	err  error         // to be read when it is over
}

// Start begins what [Source.Fetch] does, and returns when it is known that the
// space suffices. The caller calls End.
//
// When there is something to fetch, order is asked for the blobs that the caller
// wants first, in that order; the others follow, the largest first. A nil order
// wants none.
func (s *Source) Start(ctx context.Context, images []*Image, order func() ([]digest.Digest, error), m *progress.Meter) (*Fetching, error) {
	all, errs := collect(images)
	jobs, err := s.lacking(all)
	if err != nil {
		return nil, err
	}
	if err := s.enough(jobs); err != nil {
		return nil, err
	}
	if len(jobs) > 0 && order != nil {
		first, err := order()
		if err != nil {
			return nil, err
		}
		prefer(jobs, first)
	}
	f := &Fetching{jobs: make(map[digest.Digest]*job, len(jobs)), over: make(chan struct{})}
	for _, j := range jobs {
		f.jobs[j.desc.Digest] = j
		m.Expect(1, j.desc.Size)
	}
	go func() {
		defer close(f.over)
		f.err = s.fetchAll(ctx, jobs, errs, m)
	}()
	return f, nil
}

// prefer moves jobs to the front, in the order of the digests.
func prefer(jobs []*job, first []digest.Digest) {
	place := make(map[digest.Digest]int, len(first))
	for i, d := range first {
		if _, ok := place[d]; !ok {
			place[d] = i - len(first) // below 0, which the others have
		}
	}
	slices.SortStableFunc(jobs, func(a, b *job) int {
		return cmp.Compare(place[a.desc.Digest], place[b.desc.Digest])
	})
}

// Wait returns when the store has the blob, or when it will not have it by this
// fetch, which is ErrNotFetched. There is no wait for a blob that was not to be
// fetched.
func (f *Fetching) Wait(ctx context.Context, dgst digest.Digest) error {
	j := f.jobs[dgst]
	if j == nil {
		return nil
	}
	select {
	case <-j.got:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-f.over:
	}
	select {
	case <-j.got:
		return nil
	default:
		return fmt.Errorf("blob %s: %w", dgst, ErrNotFetched)
	}
}

// End waits until all is fetched, and returns the error that [Source.Fetch] would.
func (f *Fetching) End() error {
	<-f.over
	return f.err
}

// fetchAll gets the blobs in the order of the jobs, from each host some at a time.
func (s *Source) fetchAll(ctx context.Context, jobs []*job, errs []error, m *progress.Meter) error {
	run, stop := context.WithCancel(ctx)
	defer stop()
	failed := remote.NewCollector(stop)
	for _, err := range errs {
		failed.Add(err)
	}
	var wg sync.WaitGroup
	for host, queue := range s.byHost(jobs) {
		next := make(chan *job)
		for range min(len(queue), s.client.PerHost(host)) {
			wg.Go(func() {
				for j := range next {
					s.fetch(run, j, m, failed)
				}
			})
		}
		wg.Go(func() {
			defer close(next)
			for _, j := range queue {
				select {
				case next <- j:
				case <-run.Done():
					return
				}
			}
		})
	}
	wg.Wait()
	return failed.Err(ctx)
}
