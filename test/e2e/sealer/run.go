package sealer

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// Run is "sealer run" (pkg/cluster-runtime/installer.go): it makes the cluster,
// or makes it again over what is there.
func (c *Cluster) Run(ctx context.Context) error {
	mounted, err := c.mount(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(mounted)
	hosts := c.Hosts()
	return c.steps(
		step{"copy the image's files", func() error { return c.distribute(ctx, mounted, hosts) }},
		step{"pre-install, pre-init-host", func() error {
			if err := c.hook(ctx, "pre-install"); err != nil {
				return err
			}
			return c.hostHook(ctx, "pre-init-host", hosts)
		}},
		step{"containerd.sh", func() error { return c.installRuntime(ctx, hosts) }},
		step{"registry data, init-registry.sh", func() error { return c.installRegistry(ctx, mounted, c.Masters) }},
		step{"registry's name and certificate", func() error { return c.useRegistry(ctx, c.Masters, c.Workers) }},
		step{"certificates, kubeadm.yaml", func() error { return c.prepareInit(ctx) }},
		step{"init-kube.sh", func() error { return c.initKube(ctx, c.Masters[:1]) }},
		step{"kubeadm init", func() error { return c.initMaster(ctx) }},
		step{"join masters", func() error { return c.joinMasters(ctx, c.Masters[1:]) }},
		step{"join workers", func() error { return c.joinWorkers(ctx, c.Workers) }},
		step{"post-init-host, post-install", func() error {
			if err := c.hostHook(ctx, "post-init-host", hosts); err != nil {
				return err
			}
			return c.hook(ctx, "post-install")
		}},
		step{"labels", func() error { return c.labelNodes(ctx, hosts) }},
		step{"launch", func() error { return c.launch(ctx) }},
	)
}

// ScaleUp is "sealer scale-up" (pkg/cluster-runtime/scale_up.go).
func (c *Cluster) ScaleUp(ctx context.Context, masters, workers []*host.Host) error {
	mounted, err := c.mount(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(mounted)
	fresh := append(append([]*host.Host{}, masters...), workers...)
	c.Masters, c.Workers = append(c.Masters, masters...), append(c.Workers, workers...)
	return c.steps(
		step{"copy the image's files", func() error { return c.distribute(ctx, mounted, fresh) }},
		step{"pre-scaleup, pre-init-host", func() error {
			if err := c.hook(ctx, "pre-scaleup"); err != nil {
				return err
			}
			return c.hostHook(ctx, "pre-init-host", fresh)
		}},
		step{"containerd.sh", func() error { return c.installRuntime(ctx, fresh) }},
		step{"registry", func() error {
			if len(masters) > 0 {
				if err := c.installRegistry(ctx, mounted, masters); err != nil {
					return err
				}
				workers = c.Workers // All of them learn of a new registry.
			}
			return c.useRegistry(ctx, masters, workers)
		}},
		step{"a token", func() error { return c.freshToken(ctx) }},
		step{"join masters", func() error {
			if err := c.joinMasters(ctx, masters); err != nil || len(masters) == 0 {
				return err
			}
			return all(c.Workers, func(h *host.Host) error { return c.virtualAPI(ctx, h) })
		}},
		step{"join workers", func() error { return c.joinWorkers(ctx, fresh[len(masters):]) }},
		step{"post-init-host, post-scaleup", func() error {
			if err := c.hostHook(ctx, "post-init-host", fresh); err != nil {
				return err
			}
			return c.hook(ctx, "post-scaleup")
		}},
		step{"labels", func() error { return c.labelNodes(ctx, fresh) }},
	)
}

// installRuntime runs the image's script for containerd, one host after the
// other.
func (c *Cluster) installRuntime(ctx context.Context, hosts []*host.Host) error {
	for _, h := range hosts {
		if _, err := c.Shell(ctx, h, c.env(), "bash "+Rootfs+"/scripts/containerd.sh"); err != nil {
			return err
		}
	}
	return nil
}

// labelNodes gives nodes the labels of their roles. As with sealer, a node that
// has not registered yet gets none.
func (c *Cluster) labelNodes(ctx context.Context, hosts []*host.Host) error {
	known, err := c.Kubectl(ctx, "get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")
	if err != nil {
		return err
	}
	for _, h := range hosts {
		if !slices.Contains(strings.Fields(known), c.nodeName(h)) {
			continue
		}
		role := "node"
		if slices.Contains(c.Masters, h) {
			role = "master"
		}
		if _, err := c.Kubectl(ctx, "label", "node", c.nodeName(h), "--overwrite", fmt.Sprintf("node-role.kubernetes.io/%s=", role)); err != nil {
			return err
		}
	}
	return nil
}

// launch starts the applications of the image, on the first master and without
// variables.
func (c *Cluster) launch(ctx context.Context) error {
	for _, command := range c.Image.Extension.LaunchCommands() {
		if command == "" {
			continue
		}
		if _, err := c.Shell(ctx, c.Masters[0], nil, inRootfs(command)); err != nil {
			return err
		}
	}
	return nil
}
