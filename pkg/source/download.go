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

// maxFile bounds a download whose size is not known, in bytes.
const maxFile = 4 << 30

// File is something to download by URL.
type File struct {
	URL string
	// Digest the content must have; empty trusts what comes first, and the
	// answer tells the digest to hold on to.
	Digest digest.Digest
	// Size the content must have, in bytes; 0 means not known.
	Size int64
	// Limit is the most bytes taken when Size is not known; 0 means 4 GiB.
	Limit int64
	// For names who wants it, in errors: a component.
	For string
}

// Got is content that is in the store now.
type Got struct {
	// URL it was asked for by.
	URL    string
	Digest digest.Digest
	Size   int64
	// ETag the server gave; empty when it gave none, or was not asked.
	ETag string
}

// Download brings a file into the store. One of known digest that is there
// already costs no request.
func (s *Source) Download(ctx context.Context, f File, m *progress.Meter) (Got, error) {
	got := Got{URL: f.URL, Digest: f.Digest}
	if f.Limit == 0 {
		f.Limit = maxFile
	}
	subject := remote.Subject{Op: "download", Ref: f.URL}
	if f.For != "" {
		subject.Op += " for " + f.For
	}
	if f.Digest == "" {
		return s.trusting(ctx, f, subject, m)
	}
	if err := f.Digest.Validate(); err != nil || f.Digest.Algorithm() != digest.SHA256 {
		return got, &remote.LocalError{Err: fmt.Errorf("%s: %q is no SHA-256 digest", f.URL, f.Digest)}
	}
	in, err := s.intake(ctx, f.Digest, sizeOr(f.Size), m)
	if err == nil {
		defer in.close()
		err = s.known(ctx, f, subject, in, &got)
	}
	if errors.Is(err, store.ErrExists) {
		got.Size, err = s.store.Stat(f.Digest)
	}
	return got, err
}

// known downloads content of known digest.
func (s *Source) known(ctx context.Context, f File, subject remote.Subject, in *intake, got *Got) error {
	return s.client.Try(ctx, s.client.Downloads(f.URL), func(p remote.Place) (err error) {
		got.ETag, err = s.client.Download(ctx, s.get(f, p, subject, true, in.meter), in)
		if err != nil {
			return err
		}
		got.Size = in.Offset()
		err = in.Commit()
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, store.ErrCorrupt):
			return s.local(err)
		}
		if err := in.again(); err != nil {
			return err
		}
		return remote.Wrong(subject, p.Host, "its digest is not %s", f.Digest)
	})
}

func sizeOr(n int64) int64 {
	if n == 0 {
		return -1
	}
	return n
}

func (s *Source) get(f File, p remote.Place, subject remote.Subject, known bool, m *progress.Meter) *remote.Download {
	return &remote.Download{
		Request: remote.Request{
			Subject: subject, URL: p.URL, Attempts: s.client.Attempts(p),
			Retried: func(why error) { m.Item(f.URL, "retry", why.Error()) },
		},
		Size: sizeOr(f.Size), Limit: f.Limit, Known: known,
	}
}

// trusting downloads content of unknown digest.
func (s *Source) trusting(ctx context.Context, f File, subject remote.Subject, m *progress.Meter) (Got, error) {
	got := Got{URL: f.URL}
	sink := &restartable{open: func() (Writer, error) { return s.store.Writer(ctx) }, meter: m}
	defer sink.close()
	err := s.client.Try(ctx, s.client.Downloads(f.URL), func(p remote.Place) (err error) {
		if err := sink.Restart(); err != nil { // parts of two places are not put together
			return &remote.LocalError{Err: err}
		}
		got.ETag, err = s.client.Download(ctx, s.get(f, p, subject, false, m), sink)
		return err
	})
	if err != nil {
		return got, err
	}
	if got.Digest, got.Size, err = sink.to.Commit(); err != nil {
		return got, s.local(err)
	}
	return got, nil
}
