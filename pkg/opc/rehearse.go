package opc

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/rehearse"
)

// Rehearsal is a client whose upstream runs inside the process and serves
// stand-ins for whatever a plan names, and a registry to push to.
type Rehearsal struct {
	*Client
	Upstream *rehearse.Upstream
	Target   *rehearse.Target
}

// RehearsalOptions change a rehearsal.
type RehearsalOptions struct {
	// Limit is about how many bytes of stand-ins are served; 0 is 256 MiB.
	Limit int64
	// TargetDir is where the registry keeps what is pushed; required.
	TargetDir string
}

// Rehearse opens a client for a rehearsal of the plan that opts would build.
// Everything it does is what Open's client does, against other hosts.
func Rehearse(ctx context.Context, opts Options, plan *compose.Plan, r RehearsalOptions) (*Rehearsal, error) {
	inventory := rehearse.FromComponents(plan.Components)
	upstream, err := rehearse.New(inventory, rehearse.Options{Limit: r.Limit})
	if err != nil {
		return nil, err
	}
	if err := upstream.Start(ctx); err != nil {
		return nil, err
	}
	target, err := rehearse.NewTarget(filepath.Clean(r.TargetDir))
	if err == nil {
		err = target.Start(ctx)
	}
	if err != nil {
		upstream.Close()
		return nil, err
	}
	opts.Remote.Config.Mirrors, opts.Remote.Config.Hosts = upstream.Mirrors(), nil
	opts.Remote.Proxy = upstream.Proxy
	opts.Standins = &Standins{
		Pin: func(source string) (string, error) {
			sum, err := upstream.Sum(source)
			if err != nil {
				return "", fmt.Errorf("stand-in for %s: %w", source, err)
			}
			return sum.Encoded(), nil
		},
		PinImage: upstream.Pin,
	}
	client, err := Open(opts)
	if err != nil {
		upstream.Close()
		target.Close()
		return nil, err
	}
	return &Rehearsal{client, upstream, target}, nil
}

// Close ends upstream, target and client.
func (r *Rehearsal) Close() error {
	err := r.Client.Close()
	r.Upstream.Close()
	r.Target.Close()
	return err
}
