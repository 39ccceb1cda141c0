//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/clustercert"
)

// cert does what "seautil cert" does: it makes the certificates of a further
// master, or adds names to the API server's.
func cert(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: cert gen|update …")
	}
	var names, cidrs list
	flags := flag.NewFlagSet("cert "+args[0], flag.ContinueOnError)
	flags.Var(&names, "alt-names", "more `names` and addresses of the API server; may be repeated")
	dir := flags.String("cert-path", "/etc/kubernetes/pki", "kubeadm's `directory` of certificates")
	etcd := flags.String("cert-etcd-path", "", "etcd's `directory` (default: etcd in that of kubeadm)")
	node := flags.String("node-name", "", "`name` of this host")
	ip := flags.String("node-ip", "", "`address` of this host")
	domain := flags.String("dns-domain", "cluster.local", "`domain` of the cluster")
	flags.Var(&cidrs, "service-cidr", "`networks` of Services, such as 10.96.0.0/16")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "gen":
		c := clustercert.Config{Dir: *dir, EtcdDir: *etcd, NodeName: *node, DNSDomain: *domain, AltNames: names}
		if c.EtcdDir == "" {
			c.EtcdDir = filepath.Join(c.Dir, "etcd")
		}
		var err error
		if c.NodeIP, err = netip.ParseAddr(*ip); err != nil {
			return fmt.Errorf("cert gen: --node-ip %q is not an IP address", *ip)
		}
		for _, text := range cidrs {
			p, err := netip.ParsePrefix(strings.TrimSpace(text))
			if err != nil {
				return fmt.Errorf("cert gen: --service-cidr %q: %w", text, err)
			}
			c.ServiceCIDRs = append(c.ServiceCIDRs, p)
		}
		return clustercert.Generate(c)
	case "update":
		if len(names) == 0 {
			return errors.New("cert update: no --alt-names")
		}
		_, err := clustercert.AddNames(*dir, names, time.Now())
		return err
	}
	return fmt.Errorf("cert: %q is not gen or update", args[0])
}
