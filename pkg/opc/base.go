package opc

import (
	"context"
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
)

// base resolves the cluster image the plan builds on.
func (r *locker) base(ctx context.Context) error {
	if r.plan.Base == "" {
		return nil
	}
	ref, err := r.baseRef(ctx)
	if err != nil {
		return err
	}
	name := ref.String()
	if local, err := r.store.Resolve(ctx, name); err == nil {
		// One that was built or pulled here is taken from the store.
		ref.Digest = local.Digest
	}
	wants := []source.Want{{Ref: ref, Platforms: parsePlatforms(r.plan.Platforms)}}
	found, err := r.source.ResolveAll(ctx, wants, nil)
	if err != nil {
		return fmt.Errorf("base image: %w", err)
	}
	pin := pinImage(name, found[0])
	r.lock.Base = &pin
	return nil
}

// baseRef is the base image in full. A name without a registry is a local image
// when the store has it, and otherwise one of docker.io, as sealer has it.
func (r *locker) baseRef(ctx context.Context) (reference.Ref, error) {
	ref, err := ParseName(r.plan.Base)
	if err != nil || ref.Domain != reference.LocalDomain {
		return ref, err
	}
	if _, err := r.store.Resolve(ctx, ref.String()); err == nil || strings.HasPrefix(r.plan.Base, reference.LocalDomain+"/") {
		return ref, nil
	}
	return reference.Parse(r.plan.Base)
}
