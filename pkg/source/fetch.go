package source

import (
	"context"
	"errors"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// Fetch gets all blobs of resolved images that the store lacks, the largest
// first; nil images are left out. It first makes sure that the space suffices,
// else the error is a [*SpaceError]. Then failures do not stop the rest; the error
// is [remote.Failures]. The meter counts blobs and bytes.
func (s *Source) Fetch(ctx context.Context, images []*Image, m *progress.Meter) error {
	f, err := s.Start(ctx, images, nil, m)
	if err != nil {
		return err
	}
	return f.End()
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
		close(j.got)
		m.Item(name, "done", j.users[0].ref.String())
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
