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
	return inOrder(
		s.act("a host whose port 6443 is taken is refused", func() error {
			if err := c.Run(ctx); err == nil || !strings.Contains(err.Error(), "6443") {
				return fmt.Errorf("no word of the port: %v", err)
			}
			return nil
		}),
		// sealer has copied the image's files by then.
		s.act("the host is as it was", func() error { return same(ctx, m, before, "file /var/lib/sealer") }),
	)
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
	return inOrder(
		s.act("kill -9 in the middle of kubeadm init", func() error { return cutInit(ctx, c) }),
		s.up(ctx, c),
	)
}

// cutInit runs sealer's order and kills kubeadm when it has begun to start the
// control plane.
func cutInit(ctx context.Context, c *sealer.Cluster) error {
	watched, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for watched.Err() == nil {
			c.Masters[0].Command(watched, "sh", "-c", "test -f /etc/kubernetes/manifests/etcd.yaml && sleep 1 && pkill -9 -x kubeadm").Run()
			time.Sleep(100 * time.Millisecond)
		}
	}()
	if err := c.Run(ctx); err == nil || !strings.Contains(err.Error(), "kubeadm init") {
		return fmt.Errorf("it was not cut off in kubeadm init: %v", err)
	}
	return nil
}

// uninstalled: after sealer delete a host is what it was before, and good for
// another cluster.
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
	return inOrder(
		s.up(ctx, c),
		s.act("delete the cluster", func() error { return c.Delete(ctx) }),
		func() error {
			var errs []error
			for _, h := range hosts {
				errs = append(errs, s.do(h.Name+" is as it was", func() error { return same(ctx, h, before[h]) }))
			}
			return errors.Join(errs...)
		},
		s.up(ctx, c),
	)
}
