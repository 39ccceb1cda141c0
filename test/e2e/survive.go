package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opc-source/opc-image/test/e2e/host"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

// survives: what goes wrong on hosts, and running everything twice.
func survives(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 1)
	if err != nil {
		return err
	}
	m, w := c.Masters[0], c.Workers[0]
	return inOrder(
		s.up(ctx, c),
		s.act("run again: nothing is started anew", func() error { return runAgain(ctx, c) }),
		func() error { return s.killUnits(ctx, m, "containerd", "opc-registry", "opc-vip", "kubelet") },
		func() error { return s.killUnits(ctx, w, "containerd", "opc-vip", "kubelet") },
		s.act("images are pulled", func() error { return imagesPull(ctx, c, w) }),
		// Over the rules that its predecessor has left.
		s.act("kube-proxy is started anew", func() error { return restartProxy(ctx, c) }),
		s.well(ctx, c),
		s.act(w.Name+" reboots", func() error { return inOrder(w.PowerOff, func() error { return w.Boot(ctx) }) }),
		s.well(ctx, c),
		s.act(m.Name+" reboots", func() error { return inOrder(m.PowerOff, func() error { return m.Boot(ctx) }) }),
		s.well(ctx, c),
		s.act("power fails everywhere", func() error { return errors.Join(w.Cut(), m.Cut(), w.Boot(ctx), m.Boot(ctx)) }),
		s.well(ctx, c),
	)
}

// restartProxy starts kube-proxy anew on all nodes.
func restartProxy(ctx context.Context, c *sealer.Cluster) error {
	if _, err := c.Kubectl(ctx, "-n", "kube-system", "rollout", "restart", "daemonset/kube-proxy"); err != nil {
		return err
	}
	_, err := c.Kubectl(ctx, "-n", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=2m")
	return err
}

// runAgain runs sealer's order once more. What runs must be the same processes
// and pods as before.
func runAgain(ctx context.Context, c *sealer.Cluster) error {
	before, err := running(ctx, c)
	if err != nil {
		return err
	}
	if err := c.Run(ctx); err != nil {
		return err
	}
	after, err := running(ctx, c)
	if err != nil {
		return err
	}
	if before != after {
		return fmt.Errorf("before:\n%safter:\n%s", before, after)
	}
	return nil
}

// running tells the main processes of our units, and which containers run.
func running(ctx context.Context, c *sealer.Cluster) (string, error) {
	var b strings.Builder
	for _, h := range c.Hosts() {
		out, err := h.Command(ctx, "systemctl", "show", "-p", "Id,MainPID", "containerd", "opc-registry", "opc-vip", "kubelet").Output()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s: %s\n", h.Name, strings.Join(strings.Fields(string(out)), " "))
	}
	out, err := c.Kubectl(ctx, "get", "pods", "-A", "--sort-by=.metadata.name", "-o",
		`jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.status.containerStatuses[*].containerID} {.status.containerStatuses[*].restartCount}{"\n"}{end}`)
	b.WriteString(out + "\n")
	return b.String(), err
}

// killUnits kills the main process of each unit and waits for another one.
func (s *stage) killUnits(ctx context.Context, h *host.Host, units ...string) error {
	for _, unit := range units {
		if err := s.do(fmt.Sprintf("%s killed on %s comes back", unit, h.Name), func() error { return killed(ctx, h, unit) }); err != nil {
			return err
		}
	}
	return nil
}

func killed(ctx context.Context, h *host.Host, unit string) error {
	main := func() string {
		out, _ := h.Command(ctx, "systemctl", "show", "-p", "MainPID", "--value", unit).Output()
		return strings.TrimSpace(string(out))
	}
	old := main()
	if old == "0" || old == "" {
		return fmt.Errorf("%s does not run on %s", unit, h.Name)
	}
	if err := h.Command(ctx, "kill", "-9", old).Run(); err != nil {
		return err
	}
	return eventually(ctx, 30*time.Second, func() error {
		state, _ := h.Command(ctx, "systemctl", "is-active", unit).Output()
		if now := main(); now == old || now == "0" || strings.TrimSpace(string(state)) != "active" {
			return fmt.Errorf("%s is %s, process %s", unit, strings.TrimSpace(string(state)), now)
		}
		return nil
	})
}
