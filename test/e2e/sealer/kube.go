package sealer

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/opc-source/opc-image/pkg/clustercert"
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

// freshToken is what scale-up does to join hosts later.
func (c *Cluster) freshToken(ctx context.Context) error {
	out, err := c.Shell(ctx, c.Masters[0], nil, "kubeadm init phase upload-certs --upload-certs -v 0")
	if err != nil {
		return err
	}
	key, err := parseKey(out)
	if err != nil {
		return err
	}
	if out, err = c.Shell(ctx, c.Masters[0], nil, "kubeadm token create --print-join-command -v 0"); err != nil {
		return err
	}
	c.token, err = parseJoin(out)
	c.token.key = key
	return err
}

// Kubectl runs kubectl on the first master that is up.
func (c *Cluster) Kubectl(ctx context.Context, args ...string) (string, error) {
	for _, h := range c.Masters {
		if !h.Running() {
			continue
		}
		cmd := h.Command(ctx, "kubectl", append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, args...)...)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("kubectl %s: %w: %s", abridge(strings.Join(args, " ")), err, strings.TrimSpace(errs.String()))
		}
		return strings.TrimSpace(string(out)), err
	}
	return "", fmt.Errorf("no master is up")
}

// apiEndpoint is where workers reach the API servers.
func apiEndpoint() string { return net.JoinHostPort(virtualIP, apiPort) }
