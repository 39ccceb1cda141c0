package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/store"
)

// intake takes a blob into the store and counts what goes into it.
type intake struct {
	Ingest
	open  func() (Ingest, error)
	meter *progress.Meter
}

// intake begins to take in a blob. The error is store.ErrExists when it is
// there.
func (s *Source) intake(ctx context.Context, dgst digest.Digest, size int64, m *progress.Meter) (*intake, error) {
	in := &intake{meter: m, open: func() (Ingest, error) {
		got, err := s.store.Ingest(ctx, dgst, size)
		if err == nil || errors.Is(err, store.ErrExists) {
			return got, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, s.local(err)
	}}
	return in, in.again()
}

// again begins anew after a wrong digest.
func (i *intake) again() (err error) {
	if i.Ingest != nil {
		i.meter.Add(-i.Offset())
		i.Ingest = nil
	}
	got, err := i.open()
	if err != nil {
		return err
	}
	i.Ingest = got
	i.meter.Add(i.Offset())
	return nil
}

func (i *intake) Write(p []byte) (int, error) {
	n, err := i.Ingest.Write(p)
	i.meter.Add(int64(n))
	return n, err
}

func (i *intake) Restart() error {
	i.meter.Add(-i.Offset())
	return i.Ingest.Restart()
}

func (i *intake) close() {
	if i.Ingest != nil {
		_ = i.Ingest.Close() // what it has is kept
	}
}

// local is a failure of the store.
func (s *Source) local(err error) error {
	return &remote.LocalError{Err: fmt.Errorf("store %s: %w", s.store.Dir(), err)}
}

// blob brings one blob into the store. What it got is kept when it fails.
func (s *Source) blob(ctx context.Context, j *job, m *progress.Meter) error {
	in, err := s.intake(ctx, j.desc.Digest, j.desc.Size, m)
	if errors.Is(err, store.ErrExists) {
		m.Add(j.desc.Size)
		return nil
	}
	if err != nil {
		return err
	}
	defer in.close()
	second := false // whether a wrong digest was answered by a second try
	err = s.client.Try(ctx, s.places(j), func(p remote.Place) error {
		for {
			kept := in.Offset() > 0
			err := s.blobFrom(ctx, j, p, in, m)
			if !errors.Is(err, store.ErrCorrupt) {
				return err
			}
			if err := in.again(); err != nil {
				return err
			}
			// What an earlier run or another place left may be to blame, and
			// at the last place there is nobody else to ask.
			if second || p.Mirror && !kept {
				return remote.Wrong(j.users[0].subject(j.desc), p.Host, "the content has another digest")
			}
			second = true
		}
	})
	if errors.Is(err, store.ErrExists) { // somebody else got it meanwhile
		m.Add(j.desc.Size)
		return nil
	}
	return err
}

// blobFrom gets a blob at one place. The error is store.ErrCorrupt when the
// place gave all of it and its digest is wrong.
func (s *Source) blobFrom(ctx context.Context, j *job, p remote.Place, sink *intake, m *progress.Meter) error {
	_, err := s.client.Download(ctx, &remote.Download{
		Request: remote.Request{
			Subject: j.users[0].subject(j.desc), URL: p.URL + "/blobs/" + j.desc.Digest.String(),
			Scopes: []string{remote.PullScope(p.Repository)}, Attempts: s.client.Attempts(p),
			Retried: func(why error) { m.Item(j.desc.Digest.String(), "retry", why.Error()) },
		},
		Size: j.desc.Size, Known: true,
	}, sink)
	if err != nil {
		return err
	}
	err = sink.Commit()
	if err == nil || errors.Is(err, store.ErrCorrupt) {
		return err
	}
	return s.local(err)
}
