package opc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/reference"
	"github.com/opc-source/opc-image/pkg/source"
	"github.com/opc-source/opc-image/pkg/store"
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
	switch local, err := r.store.Resolve(ctx, name); {
	case err == nil: // one that was built or pulled here is taken from the store
		ref.Digest = local.Digest
	case !errors.Is(err, store.ErrNotFound):
		return err
	case ref.Domain == reference.LocalDomain:
		return fmt.Errorf("%w: there is no base image %s in the store %s; build or load it first", ErrInput, name, r.store.Dir())
	case r.old != nil && r.old.Base != nil && r.old.Base.Name == name && ref.Digest == "":
		ref.Digest = r.old.Base.Digest
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

// checkBase tells whether the lock has the base image that the store has now.
// An image that was built here again has its name for the new one, also where
// the lock of what builds on it is kept.
func (c *Client) checkBase(ctx context.Context, plan *compose.Plan, l *lock.Lock) error {
	if plan.Base == "" || l.Base == nil {
		return nil
	}
	ref, err := reference.Parse(l.Base.Name)
	if err != nil || ref.Domain != reference.LocalDomain {
		return err
	}
	now, err := c.store.Resolve(ctx, ref.String())
	if err == nil && now.Digest != l.Base.Digest {
		return fmt.Errorf("%w: the base image %s is %s now, and %s in the lock; write a new one with \"opc-image lock\"", lock.ErrStale, ref, now.Digest, l.Base.Digest)
	}
	return nil
}
