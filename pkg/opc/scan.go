package opc

import (
	"context"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/inventory"
	"github.com/opc-source/opc-image/pkg/rootfs"
	"github.com/opc-source/opc-image/pkg/sealer"
)

// scan looks into the root file system as far as it is known now: for each platform
// when they differ.
func (r *locker) scan(ctx context.Context) (*inventory.Report, error) {
	targets := r.plan.Platforms[:1]
	if r.plan.MetadataFor != nil {
		targets = r.plan.Platforms
	}
	for _, f := range r.plan.Files {
		if f.Platform != "" {
			targets = r.plan.Platforms
		}
	}
	var reports []*inventory.Report
	for _, platform := range targets {
		items, err := rootfs.Bind(ctx, r.plan.Files, r.lock, r.store, platform)
		if err != nil {
			return nil, err
		}
		report, err := inventory.Scan(ctx, rootfs.New(items, r.store), inventory.Options{
			KubeVersion: r.plan.KubeVersion, Extension: extension(r.plan, platform), Progress: r.opts.Progress,
		})
		if err != nil {
			return nil, err
		}
		reports = append(reports, report)
	}
	return inventory.Join(reports...), nil
}

// extension is what the image of a plan will tell sealer of its launch.
func extension(p *compose.Plan, platform string) sealer.Extension {
	return sealer.Spec{Type: p.Type, Applications: p.Apps, Env: p.On(platform).Env, Launch: p.Launch}.Extension()
}
