package source

import (
	"context"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Want is an image to resolve.
type Want struct {
	Ref reference.Ref
	// Platforms wanted; none means all.
	Platforms []ocispec.Platform
}

// ResolveAll resolves many images. The result has the order of wants; it is
// nil where an image failed, and the error is then [remote.Failures]. The meter counts
// images.
func (s *Source) ResolveAll(ctx context.Context, wants []Want, m *progress.Meter) ([]*Image, error) {
	m.Expect(len(wants), 0)
	run, stop := context.WithCancel(ctx)
	defer stop()
	failed := remote.NewCollector(stop)
	images := make([]*Image, len(wants))
	each(run, s.client.Limits().Total, len(wants), func(i int) {
		img, err := s.Resolve(run, wants[i].Ref, wants[i].Platforms)
		name := wants[i].Ref.String()
		if err != nil {
			failed.Add(err)
			m.Item(name, "failed", err.Error())
			return
		}
		images[i] = img
		m.Item(name, "done", img.Desc.Digest.String())
	})
	return images, failed.Err(ctx)
}

// each calls do for 0…n-1, at most limit at a time, until the context ends.
func each(ctx context.Context, limit, n int, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(limit)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error { do(i); return nil })
	}
	_ = g.Wait()
}
