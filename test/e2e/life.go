package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opc-source/opc-image/test/e2e/host"
	"github.com/opc-source/opc-image/test/e2e/sealer"
	"github.com/opc-source/opc-image/test/e2e/snapshot"
)

// survives: what goes wrong on hosts, and running everything twice.
func survives(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 1)
	if err != nil {
		return err
	}
	if err := s.run(ctx, c); err != nil {
		return err
	}
	if err := s.healthy(ctx, c); err != nil {
		return err
	}
	if err := s.do("run again: nothing is started anew", func() error { return runAgain(ctx, c) }); err != nil {
		return err
	}
	for _, unit := range []string{"containerd", "opc-registry", "opc-vip", "kubelet"} {
		for _, h := range []*host.Host{c.Masters[0], c.Workers[0]} {
			if unit == "opc-registry" && h == c.Workers[0] {
				continue
			}
			if err := s.do(fmt.Sprintf("%s killed on %s comes back", unit, h.Name), func() error { return killed(ctx, h, unit) }); err != nil {
				return err
			}
		}
	}
	if err := s.do("a new image is pulled", func() error { return imagesPull(ctx, c, c.Workers[0]) }); err != nil {
		return err
	}
	for _, h := range []*host.Host{c.Workers[0], c.Masters[0]} {
		if err := s.do(h.Name+" reboots", func() error {
			if err := h.PowerOff(); err != nil {
				return err
			}
			return h.Boot(ctx)
		}); err != nil {
			return err
		}
		if err := s.healthy(ctx, c); err != nil {
			return err
		}
	}
	if err := s.do("power fails everywhere", func() error {
		return errors.Join(c.Workers[0].Cut(), c.Masters[0].Cut(), c.Workers[0].Boot(ctx), c.Masters[0].Boot(ctx))
	}); err != nil {
		return err
	}
	return s.healthy(ctx, c)
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
	for _, h := range append(append([]*host.Host{}, c.Masters...), c.Workers...) {
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

// killed kills the main process of a unit and waits for another one.
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

// refused: a host that is not fit is left as it was.
func refused(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return err
	}
	m := c.Masters[0]
	// Something else listens on the port of the API server.
	if err := m.Command(ctx, "systemd-run", "--unit=squatter", "--property=Type=exec", "/usr/sbin/sshd", "-D", "-p", "6443").Run(); err != nil {
		return err
	}
	before, err := snapshot.Take(ctx, m)
	if err != nil {
		return err
	}
	if err := s.do("a host whose port 6443 is taken is refused", func() error {
		err := c.Run(ctx)
		if err == nil || !strings.Contains(err.Error(), "6443") {
			return fmt.Errorf("no word of the port: %v", err)
		}
		return nil
	}); err != nil {
		return err
	}
	return s.do("the host is as it was", func() error {
		// sealer has copied the image's files by then.
		return same(ctx, m, before, "file /var/lib/sealer")
	})
}

// same compares a host with what it was before.
func same(ctx context.Context, h *host.Host, before snapshot.Snapshot, ignore ...string) error {
	after, err := snapshot.Take(ctx, h)
	if err != nil {
		return err
	}
	if list := snapshot.Compare(before, after, ignore...); len(list) > 0 {
		return fmt.Errorf("%s is not as it was:\n      %s", h.Name, strings.Join(list, "\n      "))
	}
	return nil
}

// killedRun: a run that is cut off in the middle of kubeadm init goes on when it
// is run again.
func killedRun(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return err
	}
	m := c.Masters[0]
	if err := s.do("kill -9 in the middle of kubeadm init", func() error {
		watched, stop := context.WithCancel(ctx)
		defer stop()
		go func() {
			for watched.Err() == nil {
				// By then the API server's pod is being started.
				m.Command(watched, "sh", "-c", "test -f /etc/kubernetes/manifests/etcd.yaml && sleep 1 && pkill -9 -x kubeadm").Run()
				time.Sleep(100 * time.Millisecond)
			}
		}()
		if err := c.Run(ctx); err == nil || !strings.Contains(err.Error(), "kubeadm init") {
			return fmt.Errorf("it was not cut off in kubeadm init: %v", err)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := s.run(ctx, c); err != nil {
		return err
	}
	return s.healthy(ctx, c)
}

// uninstalled: after sealer delete a host is what it was before.
func uninstalled(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 1)
	if err != nil {
		return err
	}
	hosts := []*host.Host{c.Masters[0], c.Workers[0]}
	before := map[*host.Host]snapshot.Snapshot{}
	for _, h := range hosts {
		if before[h], err = snapshot.Take(ctx, h); err != nil {
			return err
		}
	}
	if err := s.run(ctx, c); err != nil {
		return err
	}
	if err := s.healthy(ctx, c); err != nil {
		return err
	}
	if err := s.do("delete the cluster", func() error { return c.Delete(ctx) }); err != nil {
		return err
	}
	var errs []error
	for _, h := range hosts {
		errs = append(errs, s.do(h.Name+" is as it was", func() error { return same(ctx, h, before[h]) }))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := s.run(ctx, c); err != nil {
		return fmt.Errorf("a new cluster on the same hosts: %w", err)
	}
	return s.healthy(ctx, c)
}
