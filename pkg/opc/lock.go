package opc

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/bake"
	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/lock"
	"github.com/opc-source/opc-image/pkg/rootfs"
)

// CheckLock tells whether a lock fits the plan; the error is lock.ErrStale when
// it does not.
func (c *Client) CheckLock(ctx context.Context, plan *compose.Plan, l *lock.Lock) error {
	sum, err := c.inputs(ctx, plan)
	if err != nil {
		return err
	}
	if l.Inputs != sum {
		return fmt.Errorf("%w: it was made for other inputs: %s; write a new one with \"opc-image lock\"", lock.ErrStale, otherInputs(plan, l))
	}
	if now := c.tools(ctx, plan); !maps.Equal(l.Tools, now) {
		return fmt.Errorf("%w: it was made with other encoders or compilers (%v, now %v); write a new one with \"opc-image lock\"", lock.ErrStale, l.Tools, now)
	}
	return c.checkBase(ctx, plan, l)
}

// tools are the encoders and compilers whose bytes are part of an image's digest.
func (c *Client) tools(ctx context.Context, plan *compose.Plan) map[string]string {
	list := map[string]string{"tar": bake.TarVersion}
	if c.opts.Standins != nil {
		return list
	}
	if version := goVersion(ctx, plan); version != "" {
		list["go"] = version
	}
	return list
}

func (c *Client) inputs(ctx context.Context, plan *compose.Plan) (digest.Digest, error) {
	if err := plan.Measure(ctx); err != nil {
		return "", err
	}
	return plan.Checksum()
}

// Lock resolves everything the plan names to digests. Charts, manifests and
// files are downloaded, charts are rendered and searched for images, and every
// image name is resolved; the images' layers are not fetched yet. What old pins
// and the plan still names is kept; pass nil to resolve everything anew. A lock
// that fits the plan already is returned as it is.
func (c *Client) Lock(ctx context.Context, plan *compose.Plan, old *lock.Lock) (*lock.Lock, error) {
	if old != nil {
		if err := c.CheckLock(ctx, plan, old); err == nil {
			return old, nil
		} else if !errors.Is(err, lock.ErrStale) {
			return nil, err
		}
	}
	sum, err := c.inputs(ctx, plan)
	if err != nil {
		return nil, err
	}
	l := &lock.Lock{
		Version: lock.Version, Profile: plan.NameInLock(), Inputs: sum, KubeVersion: plan.KubeVersion,
		Platforms: plan.Platforms, Tools: c.tools(ctx, plan),
	}
	r := &locker{Client: c, plan: plan, lock: l, old: old}
	for _, step := range []func(context.Context) error{r.base, r.downloads, r.stage, r.images, r.republish, r.assemble} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	l.Sort()
	return l, l.Validate()
}

// locker makes one lock.
type locker struct {
	*Client
	plan *compose.Plan
	lock *lock.Lock
	old  *lock.Lock

	pinned bool                   // checksums of downloads are those of the lock
	report *inventory.Report      // once images were looked for
	others map[string]*lock.Image // images that upstream publishes under other names, by their own
}

func (r *locker) stage(ctx context.Context) error {
	return rootfs.Stage(ctx, r.plan, r.lock, r.store)
}
