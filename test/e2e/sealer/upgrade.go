package sealer

import (
	"context"
	"maps"
	"os"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// Upgrade is "sealer upgrade IMAGE" (cmd/sealer/cmd/cluster/upgrade.go,
// pkg/cluster-runtime/upgrader.go): all that sealer itself does is bring the
// image's files and its registry; the rest are the image's plugins.
func (c *Cluster) Upgrade(ctx context.Context, to *Image) error {
	c.forget(to)
	mounted, err := c.mount(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(mounted)
	hosts := c.Hosts()
	return c.steps(
		step{"copy the image's files", func() error { return c.distribute(ctx, mounted, hosts) }},
		step{"upgrade-host", func() error { return c.hostHook(ctx, "upgrade-host", hosts) }},
		c.renewRegistry(ctx, mounted),
		step{"upgrade", func() error { return c.hook(ctx, "upgrade") }},
		step{"launch", func() error { return c.launch(ctx) }},
	)
}

// Rollback is "sealer rollback IMAGE" (pkg/cluster-runtime/rollback.go). Its
// plugins are those on the first master, of the image that was upgraded to; the
// files of the older image come after them.
func (c *Cluster) Rollback(ctx context.Context, to *Image) error {
	c.forget(to)
	mounted, err := c.mount(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(mounted)
	if c.hooks, err = loadHooks(file(c.Masters[0], Rootfs)); err != nil {
		return err
	}
	return c.steps(
		c.renewRegistry(ctx, mounted),
		step{"rollback", func() error { return c.hook(ctx, "rollback") }},
		step{"copy the image's files", func() error { return c.distribute(ctx, mounted, c.Hosts()) }},
		step{"launch", func() error { return c.launch(ctx) }},
	)
}

// forget makes another image the cluster's. sealer takes the Clusterfile that it
// has saved: it has the variables of the image before, which win over those of
// the new one, and the files of the Clusterfile (kind: Config) are left out.
func (c *Cluster) forget(to *Image) {
	env := maps.Clone(c.Image.Extension.Env)
	maps.Copy(env, c.Env)
	c.Env, c.Configs, c.Image = env, nil, to
}

func (c *Cluster) renewRegistry(ctx context.Context, mounted string) step {
	return step{"registry", func() error {
		if err := c.installRegistry(ctx, mounted, c.Masters); err != nil {
			return err
		}
		return c.useRegistry(ctx, c.Masters, append([]*host.Host{}, c.Workers...))
	}}
}
