package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// metered is a sink that counts what goes into it.
type metered struct {
	Ingest
	meter *progress.Meter
}

func (i metered) Write(p []byte) (int, error) {
	n, err := i.Ingest.Write(p)
	i.meter.Add(int64(n))
	return n, err
}

func (i metered) Restart() error {
	i.meter.Add(-i.Offset())
	return i.Ingest.Restart()
}

// blob brings one blob into the store. What it got is kept when it fails.
func (s *Source) blob(ctx context.Context, j *job, m *progress.Meter) error {
	in, err := s.store.Ingest(ctx, j.desc.Digest, j.desc.Size)
	switch {
	case errors.Is(err, store.ErrExists):
		m.Add(j.desc.Size)
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return &remote.Local{Err: fmt.Errorf("store %s: %w", s.store.Dir(), err)}
	}
	defer in.Close()
	m.Add(in.Offset())
	sink := metered{in, m}
	again := false // whether a wrong digest was answered by a second try
	return s.client.Try(ctx, s.places(j), func(p remote.Place) error {
		for {
			kept := in.Offset() > 0
			err := s.blobFrom(ctx, j, p, sink, m)
			if !errors.Is(err, store.ErrCorrupt) {
				return err
			}
			if err := sink.Restart(); err != nil {
				return &remote.Local{Err: err}
			}
			// What an earlier run or another place left may be to blame, and
			// at the last place there is nobody else to ask.
			if again || p.Mirror && !kept {
				return remote.Wrong(j.users[0].subject(j.desc), p.Host, "the content has another digest")
			}
			again = true
		}
	})
}

// blobFrom gets a blob at one place. The error is store.ErrCorrupt when the
// place gave all of it and its digest is wrong.
func (s *Source) blobFrom(ctx context.Context, j *job, p remote.Place, sink metered, m *progress.Meter) error {
	_, err := s.client.Download(ctx, &remote.Download{
		Request: remote.Request{
			Subject: j.users[0].subject(j.desc), URL: p.URL + "/blobs/" + j.desc.Digest.String(),
			Scopes: []string{remote.PullScope(p.Repository)}, Attempts: s.client.Attempts(p),
		},
		Size: j.desc.Size, Known: true,
		Retried: func(why error) { m.Item(j.desc.Digest.String(), "retry", why.Error()) },
	}, sink)
	if err != nil {
		return err
	}
	err = sink.Commit()
	if err == nil || errors.Is(err, store.ErrCorrupt) {
		return err
	}
	return &remote.Local{Err: fmt.Errorf("store %s: %w", s.store.Dir(), err)}
}
