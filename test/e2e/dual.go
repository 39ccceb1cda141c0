package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/opc-source/opc-image/test/e2e/sealer"
)

// dualStack: pods, Services and nodes have an IPv4 and an IPv6 address each, and
// are reached by both.
func dualStack(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 1)
	if err != nil {
		return err
	}
	c.Env["PodCIDR"] = "10.244.0.0/16,fd00:10:244::/56"
	c.Env["SvcCIDR"] = "10.96.0.0/16,fd00:10:96::/112"
	worker := c.Workers[0]
	// Pods that are being replaced count as running for a moment.
	reached := func() error {
		return eventually(ctx, 2*time.Minute, func() error { return servicesAreDual(ctx, c) })
	}
	return inOrder(
		s.up(ctx, c),
		s.act("nodes have addresses and pods of both families", func() error { return nodesAreDual(ctx, c) }),
		func() error { return s.spreadPods(ctx, c, 2) },
		s.act("Services are reached over both, across nodes", reached),
		s.act(worker.Name+" reboots", func() error { return inOrder(worker.PowerOff, func() error { return worker.Boot(ctx) }) }),
		s.act("and so they are again", reached),
		s.act("delete the cluster", func() error { return c.Delete(ctx) }),
	)
}

// nodesAreDual looks at the addresses of the nodes and the networks of their
// pods.
func nodesAreDual(ctx context.Context, c *sealer.Cluster) error {
	for _, h := range c.Hosts() {
		out, err := c.Kubectl(ctx, "get", "node", h.Name, "-o", `jsonpath={.status.addresses[?(@.type=="InternalIP")].address}`)
		if err != nil || out != h.IP+" "+h.IP6() {
			return fmt.Errorf("%s has the addresses %q, not %s and %s (%w)", h.Name, out, h.IP, h.IP6(), err)
		}
		if out, err = c.Kubectl(ctx, "get", "node", h.Name, "-o", "jsonpath={.spec.podCIDRs[*]}"); err != nil || !bothFamilies(strings.Fields(out)) {
			return fmt.Errorf("the pods of %s have %q, %w", h.Name, out, err)
		}
	}
	return nil
}

// servicesAreDual asks each Service at both of its addresses.
func servicesAreDual(ctx context.Context, c *sealer.Cluster) error {
	for _, app := range apps {
		out, err := c.Kubectl(ctx, "get", "service", app, "-o", "jsonpath={.spec.clusterIPs[*]}")
		if err != nil {
			return err
		}
		addresses := strings.Fields(out)
		if !bothFamilies(addresses) {
			return fmt.Errorf("the Service %s has %q", app, out)
		}
		for _, address := range addresses {
			if strings.Contains(address, ":") {
				address = "[" + address + "]"
			}
			if err := serviceAnswers(ctx, c, app, address); err != nil {
				return err
			}
		}
	}
	return nil
}

// bothFamilies tells whether there are two addresses, or networks, one of each.
func bothFamilies(list []string) bool {
	four, six := 0, 0
	for _, text := range list {
		text, _, _ = strings.Cut(text, "/")
		switch address, err := netip.ParseAddr(text); {
		case err != nil:
			return false
		case address.Is4():
			four++
		default:
			six++
		}
	}
	return four == 1 && six == 1
}
