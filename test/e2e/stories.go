package main

import (
	"context"
	"fmt"
	"time"
)

// story is one thing that the base must be able to do, from empty hosts on.
type story struct {
	name, title string
	byDefault   bool
	tell        func(ctx context.Context, s *stage) error
}

var stories = []story{
	{"one", "one master", true, oneMaster},
	{"worker", "a worker joins, Services reach across nodes", true, workerJoins},
	{"refused", "a host that is not fit is left as it was", true, refused},
	{"killed", "a run that is cut off goes on", true, killedRun},
	{"uninstall", "nothing of ours stays", true, uninstalled},
	{"survive", "run twice; services killed; hosts rebooted; power failures", false, survives},
	{"masters", "three masters, one of which fails", false, threeMasters},
	{"etcd", "etcd is brought back from a backup", false, etcdRestored},
	{"dual", "pods, Services and nodes with IPv4 and IPv6", false, dualStack},
	{"upgrade", "the next Kubernetes under a Deployment, and back (-to)", false, upgradedAndBack},
}

// oneMaster: a whole cluster on one host, in less than five minutes.
func oneMaster(ctx context.Context, s *stage) error {
	start := time.Now()
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return err
	}
	m := c.Masters[0]
	return inOrder(
		s.act("the host has no way out", func() error { return noWayOut(ctx, m) }),
		s.up(ctx, c),
		s.act("within five minutes", func() error {
			if took := time.Since(start); took > 5*time.Minute {
				return fmt.Errorf("it took %s", took)
			}
			return nil
		}),
		s.act(fmt.Sprintf("%d images pulled by tag and by digest", len(c.Image.Containers)), func() error { return imagesPull(ctx, c, m) }),
	)
}

// workerJoins: a worker is added to a cluster that runs, and taken away again.
func workerJoins(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return err
	}
	if err := s.run(ctx, c); err != nil {
		return err
	}
	workers, err := s.hosts(ctx, "w", 1, firstWorkerIP)
	if err != nil {
		return err
	}
	return inOrder(
		s.act("scale up by a worker", func() error { return c.ScaleUp(ctx, nil, workers) }),
		func() error { return s.spreadPods(ctx, c, 2) },
		s.well(ctx, c),
		s.act("delete the worker", func() error { return c.DeleteWorker(ctx, workers[0]) }),
	)
}
