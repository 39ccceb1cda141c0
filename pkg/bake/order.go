package bake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/layer"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/rootfs"
)

// Order lists the blobs that the layers of the image are made of, in the order in
// which [Bake] reads them with these options. The blobs need not be in the store;
// what else the lock pins is, down to the manifests of images and the
// configuration of the base. So a layer can be hashed while others are fetched.
//
// A plan with RUN instructions has no such order: what they change decides on the
// layers above.
func Order(ctx context.Context, p *compose.Plan, l *lock.Lock, s Store, opts Options) ([]digest.Digest, error) {
	if len(p.Runs) > 0 {
		return nil, nil
	}
	b, err := newBaker(p, l, s, opts)
	if err != nil {
		return nil, err
	}
	var order []digest.Digest
	for _, platform := range p.Platforms {
		base, err := b.base(ctx, platform)
		if err != nil {
			return nil, err
		}
		items, err := rootfs.Bind(ctx, p.Files, l, s, platform)
		if err != nil {
			return nil, err
		}
		packed, err := b.phase(ctx, items, 0, platform, len(base.manifest.Layers), nil)
		if err != nil {
			return nil, fmt.Errorf("bake %s for %s: %w", p.Name, platform, err)
		}
		for _, i := range largest(packed) {
			order = append(order, blobs(packed[i])...)
		}
	}
	return order, nil
}

// largest are the indices of the layers, that of the largest first: what comes
// last then takes little time.
func largest(packed []layer.Packed) []int {
	order := make([]int, len(packed))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(packed[b].Size, packed[a].Size) })
	return order
}

// blobs are those of a layer, the largest first.
func blobs(p layer.Packed) []digest.Digest {
	entries := slices.SortedFunc(p.Blobs(), func(a, b *layer.Entry) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Blob, b.Blob))
	})
	list := make([]digest.Digest, len(entries))
	for i, e := range entries {
		list[i] = e.Blob
	}
	return list
}
