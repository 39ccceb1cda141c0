package push

import (
	"context"
	"hash"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/opc-source/opc-image/pkg/progress"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/remote"
)

// Compare reads a pushed image back from its registry, every byte of it, and
// checks that the name and all content have the digests of the image in the
// store. Nothing is kept.
func (p *Pusher) Compare(ctx context.Context, root ocispec.Descriptor, at reference.Ref, m *progress.Meter) error {
	t := &task{Pusher: p, place: p.client.Origin(at.Domain, at.Path), name: at.String(), meter: m}
	tree, err := t.walk(ctx, root)
	if err != nil {
		return err
	}
	if err := t.confirm(ctx, at.Identifier(), root.Digest); err != nil {
		return err
	}
	parts := []part{{root, "/manifests/"}}
	for _, level := range tree.manifests {
		for _, desc := range level {
			parts = append(parts, part{desc.desc, "/manifests/"})
		}
	}
	for _, desc := range tree.blobs {
		parts = append(parts, part{desc, "/blobs/"})
	}
	for _, one := range parts {
		m.Expect(1, one.Size)
	}
	return each(ctx, t.limit(), parts, t.compare)
}

// part is a manifest or a blob of an image, with the path it is under.
type part struct {
	ocispec.Descriptor
	path string
}

func (t *task) compare(ctx context.Context, one part) error {
	sink := &hashing{hash: one.Digest.Algorithm().Hash(), meter: t.meter}
	_, err := t.client.Download(ctx, &remote.Download{
		Request: remote.Request{
			Subject: t.subject("read back"), URL: t.place.URL + one.path + one.Digest.String(),
			Scopes: []string{remote.PullScope(t.place.Repository)}, Attempts: t.client.Attempts(t.place),
			Header: map[string][]string{"Accept": {one.MediaType}},
		},
		Size: one.Size, Known: true,
	}, sink)
	if err != nil {
		return err
	}
	if got := digest.NewDigest(one.Digest.Algorithm(), sink.hash); got != one.Digest {
		return remote.Wrong(t.subject("read back"), t.place.Host, "%s came back as %s", one.Digest, got)
	}
	t.meter.Item(one.Digest.String(), "done", "")
	return nil
}

// hashing is a sink that keeps a digest and nothing else.
type hashing struct {
	hash   hash.Hash
	meter  *progress.Meter
	offset int64
}

var _ remote.Sink = (*hashing)(nil)

func (h *hashing) Write(p []byte) (int, error) {
	h.offset += int64(len(p))
	h.meter.Add(int64(len(p)))
	return h.hash.Write(p)
}

func (h *hashing) Offset() int64 { return h.offset }

func (h *hashing) Restart() error {
	h.meter.Add(-h.offset)
	h.offset = 0
	h.hash.Reset()
	return nil
}
