package sealer

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opc-source/opc-image/test/e2e/host"
)

// installRegistry is pkg/registry/local.go with its default, a registry on each
// master: a certificate, the data, the image's script.
func (c *Cluster) installRegistry(ctx context.Context, mounted string, masters []*host.Host) error {
	certs := file(c.Masters[0], Rootfs+"/certs")
	certificate, key := filepath.Join(certs, registryDomain+".crt"), filepath.Join(certs, registryDomain+".key")
	if _, err := os.Stat(certificate); err != nil {
		if err := registryCertificate(certificate, key); err != nil {
			return err
		}
	}
	for _, h := range masters {
		if h != c.Masters[0] {
			if err := copyTo(ctx, h, Rootfs, certs); err != nil {
				return err
			}
		}
	}
	if err := c.distributeRegistry(ctx, mounted, masters); err != nil {
		return err
	}
	command := fmt.Sprintf("cd %s/scripts && bash init-registry.sh %s %s %s", Rootfs, registryPort, Rootfs+"/registry", registryDomain)
	for _, h := range masters {
		if _, err := c.Shell(ctx, h, c.env(), command); err != nil {
			return err
		}
	}
	return nil
}

// useRegistry is pkg/registry/configurator.go: hosts learn where the registry is
// and whom to trust. Workers reach all registries by one address.
func (c *Cluster) useRegistry(ctx context.Context, masters, workers []*host.Host) error {
	if err := all(masters, func(h *host.Host) error { return alias(h, registryDomain, h.IP) }); err != nil {
		return err
	}
	// A registry has no path for its health: "/".
	if err := all(workers, func(h *host.Host) error {
		if err := c.virtualAddress(ctx, h, "reg-lvscare", registryPort, "/"); err != nil {
			return err
		}
		return alias(h, registryDomain, virtualIP)
	}); err != nil {
		return err
	}
	certificate := file(c.Masters[0], Rootfs+"/certs/"+registryDomain+".crt")
	return all(slices.Concat(masters, workers), func(h *host.Host) error {
		return copyTo(ctx, h, "/etc/containerd/certs.d/"+registryURL, certificate)
	})
}

// virtualAddress makes a worker reach a port of all masters by one address: now
// by seautil, later by a static pod.
func (c *Cluster) virtualAddress(ctx context.Context, h *host.Host, pod, port, path string) error {
	virtual := net.JoinHostPort(virtualIP, port)
	var real []string
	for _, master := range c.Masters {
		real = append(real, net.JoinHostPort(master.IP, port))
	}
	slices.Sort(real)
	command := fmt.Sprintf("seautil ipvs --vs %s --rs %s --health-path %s --health-schem https --run-once",
		virtual, strings.Join(real, " --rs "), path)
	if _, err := c.Shell(ctx, h, nil, command); err != nil {
		return err
	}
	manifest, err := staticPod(pod, virtual, path, real)
	if err != nil {
		return err
	}
	_, err = c.Shell(ctx, h, nil, echo(manifest, "/etc/kubernetes/manifests/"+pod+".yaml"))
	return err
}

// echo writes a file as sealer does: a shell sees the content between double
// quotes, and takes out those that are in it.
func echo(content, path string) string {
	return fmt.Sprintf("mkdir -p %s && echo \"%s\" > %s", filepath.Dir(path), content, path)
}

// alias sets a name in a host's table (utils/shellcommand).
func alias(h *host.Host, name, ip string) error {
	hosts := file(h, "/etc/hosts")
	data, err := os.ReadFile(hosts)
	if err != nil {
		return err
	}
	return os.WriteFile(hosts, setAlias(data, name, ip), 0o644)
}

func setAlias(table []byte, name, ip string) []byte {
	var b strings.Builder
	for line := range strings.Lines(string(table)) {
		if !strings.Contains(line, " "+name+" ") {
			b.WriteString(line)
		}
	}
	fmt.Fprintf(&b, "%s %s %s\n", ip, name, aliasMark)
	return []byte(b.String())
}

// aliasMark is at the end of the lines that sealer adds to /etc/hosts.
const aliasMark = "#hostalias-set-by-sealer"
