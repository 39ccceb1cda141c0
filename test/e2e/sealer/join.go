package sealer

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// joinMasters adds masters, one after the other
// (pkg/runtime/kubernetes/join_masters.go).
func (c *Cluster) joinMasters(ctx context.Context, masters []*host.Host) error {
	if len(masters) == 0 {
		return nil
	}
	if err := c.initKube(ctx, masters); err != nil {
		return err
	}
	for _, h := range masters {
		if err := c.copyStatics(ctx, h); err != nil {
			return err
		}
		if err := c.copyIdentity(ctx, h); err != nil {
			return err
		}
	}
	config, err := c.written()
	if err != nil {
		return err
	}
	for _, h := range masters {
		if err := c.joinMaster(ctx, h, config); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) joinMaster(ctx context.Context, h *host.Host, config kubeadmConfig) error {
	if err := c.writeJoin(ctx, h, config, net.JoinHostPort(c.Masters[0].IP, apiPort), h.IP); err != nil {
		return err
	}
	if err := alias(h, apiDomain, c.Masters[0].IP); err != nil {
		return err
	}
	names := ""
	for _, name := range append(config.names(), apiDomain) {
		names += " --alt-names " + name
	}
	certificates := fmt.Sprintf("seautil cert gen  --node-ip %s --node-name %s --service-cidr %s%s", h.IP, h.Name, config.network("serviceSubnet"), names)
	for _, command := range []string{certificates, c.kubeadm(h, "join", ignoreMaster)} {
		if _, err := c.Shell(ctx, h, nil, command); err != nil {
			return err
		}
	}
	if err := alias(h, apiDomain, h.IP); err != nil {
		return err
	}
	if err := c.adminConfig(ctx, h); err != nil {
		return err
	}
	// Both have the other address by now: they are made to start anew.
	for _, pod := range []string{"kube-scheduler", "kube-controller-manager"} {
		const manifests = "/etc/kubernetes/manifests/"
		if _, err := c.Shell(ctx, h, nil, fmt.Sprintf("mv %s%s.yaml /tmp/ && mv /tmp/%s.yaml %s", manifests, pod, pod, manifests)); err != nil {
			return err
		}
	}
	return nil
}

// joinWorkers adds workers at the same time
// (pkg/runtime/kubernetes/join_nodes.go).
func (c *Cluster) joinWorkers(ctx context.Context, workers []*host.Host) error {
	if len(workers) == 0 {
		return nil
	}
	if err := c.initKube(ctx, workers); err != nil {
		return err
	}
	config, err := c.written()
	if err != nil {
		return err
	}
	if err := all(workers, func(h *host.Host) error { return c.virtualAPI(ctx, h) }); err != nil {
		return err
	}
	return all(workers, func(h *host.Host) error {
		out, err := c.Shell(ctx, h, nil, "seautil route check --host "+h.IP)
		if err != nil {
			return err
		}
		if strings.TrimSpace(out) != "ok" {
			if _, err := c.Shell(ctx, h, nil, fmt.Sprintf("seautil route add --host %s --gateway %s", virtualIP, h.IP)); err != nil {
				return err
			}
		}
		if err := c.writeJoin(ctx, h, config, apiEndpoint(), ""); err != nil {
			return err
		}
		_, err = c.Shell(ctx, h, nil, c.kubeadm(h, "join", ignoreWorker))
		return err
	})
}

// virtualAPI gives a worker one address for all API servers.
func (c *Cluster) virtualAPI(ctx context.Context, h *host.Host) error {
	if err := c.virtualAddress(ctx, h, "kube-lvscare", apiPort, "/healthz"); err != nil {
		return err
	}
	return alias(h, apiDomain, virtualIP)
}

// writeJoin writes the file for kubeadm join the way sealer does, through echo.
func (c *Cluster) writeJoin(ctx context.Context, h *host.Host, config kubeadmConfig, endpoint, advertise string) error {
	socket, err := c.socket(ctx, h)
	if err != nil {
		return err
	}
	text, err := config.join(c.token, endpoint, socket, advertise).text("JoinConfiguration", "KubeletConfiguration")
	if err != nil {
		return err
	}
	_, err = c.Shell(ctx, h, nil, echo(text, kubeadmFile))
	return err
}

// written reads the configuration that was written for the first master.
func (c *Cluster) written() (kubeadmConfig, error) {
	data, err := os.ReadFile(file(c.Masters[0], Rootfs+"/kubeadm.yaml"))
	if err != nil {
		return nil, err
	}
	return parseConfig(string(data))
}
