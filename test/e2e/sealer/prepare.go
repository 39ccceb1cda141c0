package sealer

import (
	"context"
	"net/netip"
	"os"
	"strings"

	"github.com/opc-source/opc-image/pkg/clustercert"
	"github.com/opc-source/opc-image/test/e2e/host"
)

// config makes the configuration for kubeadm out of the Clusterfile and the
// files on the first master.
func (c *Cluster) config(ctx context.Context) (kubeadmConfig, error) {
	data, err := os.ReadFile(file(c.Masters[0], Rootfs+"/etc/kubeadm.yml"))
	if err != nil {
		return nil, err
	}
	socket, err := c.socket(ctx, c.Masters[0])
	if err != nil {
		return nil, err
	}
	driver := c.Env["CgroupDriver"]
	if driver == "" {
		driver = "systemd"
	}
	var masters []string
	for _, h := range c.Masters {
		masters = append(masters, h.IP)
	}
	return mergeConfig(c.Kubeadm, string(data), masters, driver, socket)
}

// socket is what the image's script says of the container runtime.
func (c *Cluster) socket(ctx context.Context, h *host.Host) (string, error) {
	out, err := c.Shell(ctx, h, nil, "cat /etc/sealerio/cri/socket-path")
	return strings.TrimSpace(out), err
}

// prepareInit writes the configuration, certificates and kubeconfigs of the
// first master, and copies what the image has for the audit log.
func (c *Cluster) prepareInit(ctx context.Context) error {
	config, err := c.config(ctx)
	if err != nil {
		return err
	}
	text, err := config.text(kinds...)
	if err != nil {
		return err
	}
	master := c.Masters[0]
	for _, name := range []string{kubeadmFile, Rootfs + "/kubeadm.yaml"} {
		if err := replace(file(master, name), []byte(text)); err != nil {
			return err
		}
	}
	var services []netip.Prefix
	for _, cidr := range strings.Split(config.network("serviceSubnet"), ",") {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return err
		}
		services = append(services, prefix)
	}
	address, err := netip.ParseAddr(master.IP)
	if err != nil {
		return err
	}
	pki := file(master, Rootfs+"/pki")
	if err := clustercert.Generate(clustercert.Config{
		Dir: pki, NodeName: master.Name, NodeIP: address, ServiceCIDRs: services,
		DNSDomain: config.network("dnsDomain"), AltNames: config.names(),
	}); err != nil {
		return err
	}
	if err := kubeconfigs(file(master, Rootfs), pki, c.nodeName(master)); err != nil {
		return err
	}
	return c.copyStatics(ctx, master)
}

func (c *Cluster) copyStatics(ctx context.Context, h *host.Host) error {
	_, err := c.Shell(ctx, h, nil, "mkdir -p /etc/kubernetes && cp -f "+Rootfs+"/statics/audit-policy.yml /etc/kubernetes/audit-policy.yml")
	return err
}
