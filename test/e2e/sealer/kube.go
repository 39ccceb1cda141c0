package sealer

import (
	"context"
	"fmt"
	"net"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// kubeadmFile is what kubeadm is told to read.
const kubeadmFile = "/etc/kubernetes/kubeadm.yaml"

// nodeName is what the node of a host is called.
func (c *Cluster) nodeName(h *host.Host) string {
	if c.Env["UseIPasNodeName"] == "true" {
		return h.IP
	}
	return h.Name
}

// kubeadm is a command line of kubeadm as sealer writes it.
func (c *Cluster) kubeadm(h *host.Host, verb, ignore string) string {
	command := fmt.Sprintf("kubeadm %s --config=%s", verb, kubeadmFile)
	if verb == "init" {
		command += " --upload-certs"
	}
	if c.Env["UseIPasNodeName"] == "true" {
		command += " --node-name " + h.IP
	}
	return command + " -v 0 --ignore-preflight-errors=" + ignore
}

const (
	ignoreMaster = "SystemVerification,Port-10250,DirAvailable--etc-kubernetes-manifests"
	ignoreWorker = "Port-10250,DirAvailable--etc-kubernetes-manifests"
)

// initKube runs the image's script for Kubernetes.
func (c *Cluster) initKube(ctx context.Context, hosts []*host.Host) error {
	return all(hosts, func(h *host.Host) error {
		_, err := c.Shell(ctx, h, nil, "cd "+Rootfs+"/scripts && export RegistryURL="+registryURL+" && bash init-kube.sh")
		return err
	})
}

// initMaster brings certificates and kubeconfigs to their places and runs
// kubeadm init.
func (c *Cluster) initMaster(ctx context.Context) error {
	master := c.Masters[0]
	if err := c.copyIdentity(ctx, master, "kubelet.conf"); err != nil {
		return err
	}
	if err := alias(master, apiDomain, master.IP); err != nil {
		return err
	}
	out, err := c.Shell(ctx, master, nil, c.kubeadm(master, "init", ignoreMaster))
	if err != nil {
		return err
	}
	if c.token, err = parseJoin(out); err != nil {
		return err
	}
	return c.adminConfig(ctx, master)
}

// copyIdentity copies what masters share, and more files of the first one.
func (c *Cluster) copyIdentity(ctx context.Context, h *host.Host, more ...string) error {
	from := file(c.Masters[0], Rootfs)
	var configs []string
	for _, name := range append([]string{"admin.conf", "controller-manager.conf", "scheduler.conf"}, more...) {
		configs = append(configs, from+"/"+name)
	}
	if err := copyTo(ctx, h, "/etc/kubernetes", append(configs, from+"/pki")...); err != nil {
		return err
	}
	if h == c.Masters[0] {
		return nil
	}
	return copyTo(ctx, h, Rootfs, append(configs, from+"/pki", from+"/kubeadm.yaml")...)
}

func (c *Cluster) adminConfig(ctx context.Context, h *host.Host) error {
	_, err := c.Shell(ctx, h, nil, "rm -rf .kube/config && mkdir -p /root/.kube && cp /etc/kubernetes/admin.conf /root/.kube/config")
	return err
}

// apiEndpoint is where workers reach the API servers.
func apiEndpoint() string { return net.JoinHostPort(virtualIP, apiPort) }
