package source

import (
	"context"
	"errors"
	"sync"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// Fetch gets all blobs of resolved images that the store lacks; nil images are
// left out. It first makes sure that the space suffices, else the error is a
// [*SpaceError]. Then failures do not stop the rest; the error is [remote.Failures].
// The meter counts blobs and bytes.
func (s *Source) Fetch(ctx context.Context, images []*Image, m *progress.Meter) error {
	all, errs := collect(images)
	run, stop := context.WithCancel(ctx)
	defer stop()
	failed := remote.NewCollector(stop)
	for _, err := range errs {
		failed.Add(err)
	}
	jobs, err := s.lacking(all)
	if err != nil {
		return err
	}
	if err := s.enough(jobs); err != nil {
		return err
	}
	for _, j := range jobs {
		m.Expect(1, j.desc.Size)
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

// lacking leaves out what the store has.
func (s *Source) lacking(all []*job) ([]*job, error) {
	var jobs []*job
	for _, j := range all {
		_, err := s.store.Stat(j.desc.Digest)
		if errors.Is(err, store.ErrNotFound) {
			jobs = append(jobs, j)
		} else if err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// byHost makes a queue for each host that is asked first, so that a slow host
// does not hold up the others.
func (s *Source) byHost(jobs []*job) map[string][]*job {
	queues := map[string][]*job{}
	for _, j := range jobs {
		host := s.places(j)[0].Host
		queues[host] = append(queues[host], j)
	}
	return queues
}

// fetch gets one blob and reports how it went, to each image that needs it.
func (s *Source) fetch(ctx context.Context, j *job, m *progress.Meter, failed *remote.Collector) {
	name := j.desc.Digest.String()
	err := s.blob(ctx, j, m)
	if err == nil {
		m.Item(name, "done", j.users[0].image.Ref.String())
		return
	}
	m.Item(name, "failed", err.Error())
	var e *remote.Error
	var local *remote.LocalError
	if errors.As(err, &local) || !errors.As(err, &e) {
		failed.Add(err)
		return
	}
	for _, u := range j.users {
		one := *e
		one.Subject = u.subject(j.desc)
		failed.Add(&one)
	}
}
