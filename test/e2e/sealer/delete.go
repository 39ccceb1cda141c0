package sealer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// clean is what sealer runs on a host of a cluster that ends
// (pkg/runtime/kubernetes/utils.go), docker and all.
const clean = `systemctl restart docker kubelet; if which kubeadm > /dev/null 2>&1; then kubeadm reset -f -v 0; fi &&
rm -rf /etc/kubernetes/ /etc/systemd/system/kubelet.service.d /etc/systemd/system/kubelet.service &&
rm -rf /usr/bin/kubeadm /usr/bin/kubelet-pre-start.sh /usr/bin/kubelet /usr/bin/kubectl /var/lib/kubelet/* /etc/sysctl.d/k8s.conf &&
rm -rf /etc/cni /opt/cni /var/lib/etcd/* /var/etcd/* /root/.kube/config`

// Delete is "sealer delete --all --prune" (pkg/cluster-runtime/installer.go).
func (c *Cluster) Delete(ctx context.Context) error {
	hosts := c.Hosts()
	return c.steps(
		step{"pre-uninstall, pre-clean-host", func() error {
			if err := c.hook(ctx, "pre-uninstall"); err != nil {
				return err
			}
			return c.hostHook(ctx, "pre-clean-host", hosts)
		}},
		step{"kubeadm reset", func() error { return c.reset(ctx, hosts) }},
		step{"uninstall-containerd.sh", func() error { return c.uninstallRuntime(ctx, hosts) }},
		step{"post-clean-host, post-uninstall", func() error {
			if err := c.hostHook(ctx, "post-clean-host", hosts); err != nil {
				return err
			}
			return c.hook(ctx, "post-uninstall")
		}},
		step{"remove the image's files", func() error {
			return all(hosts, func(h *host.Host) error {
				return errors.Join(unalias(h, aliasMark), os.RemoveAll(file(h, "/var/lib/sealer")))
			})
		}},
	)
}

// DeleteWorker is "sealer delete --nodes" (pkg/cluster-runtime/scale_down.go).
func (c *Cluster) DeleteWorker(ctx context.Context, h *host.Host) error {
	one := []*host.Host{h}
	if err := c.hostHook(ctx, "pre-clean-host", one); err != nil {
		return err
	}
	if err := c.phase("delete a worker", func() error {
		if err := c.reset(ctx, one); err != nil {
			return err
		}
		if _, err := c.Kubectl(ctx, "delete", "node", c.nodeName(h)); err != nil {
			return err
		}
		return c.uninstallRuntime(ctx, one)
	}); err != nil {
		return err
	}
	if err := c.hostHook(ctx, "post-clean-host", one); err != nil {
		return err
	}
	c.Workers = slices.DeleteFunc(c.Workers, func(other *host.Host) bool { return other == h })
	return nil
}

func (c *Cluster) reset(ctx context.Context, hosts []*host.Host) error {
	return all(hosts, func(h *host.Host) error {
		if _, err := c.Shell(ctx, h, nil, clean); err != nil {
			return err
		}
		if err := unalias(h, apiDomain); err != nil {
			return err
		}
		if !slices.Contains(c.Workers, h) {
			return nil
		}
		_, err := c.Shell(ctx, h, nil, fmt.Sprintf("if command -v seautil > /dev/null 2>&1; then seautil route del --host %s --gateway %s; fi", virtualIP, h.IP))
		return err
	})
}

func (c *Cluster) uninstallRuntime(ctx context.Context, hosts []*host.Host) error {
	return all(hosts, func(h *host.Host) error {
		_, err := c.Shell(ctx, h, c.env(), "bash "+Rootfs+"/scripts/uninstall-containerd.sh")
		return err
	})
}

// unalias removes the lines of a host's table that have a text in them.
func unalias(h *host.Host, text string) error {
	name := file(h, "/etc/hosts")
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var kept strings.Builder
	for line := range strings.Lines(string(data)) {
		if !strings.Contains(line, text) {
			kept.WriteString(line)
		}
	}
	return os.WriteFile(name, []byte(kept.String()), 0o644)
}
