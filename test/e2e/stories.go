package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// story is one thing that the base must be able to do, from empty hosts on.
type story struct {
	name, title string
	when        when
	tell        func(ctx context.Context, s *stage) error
}

// when tells when a story runs that was not asked for by its name.
type when int

const (
	always    when = iota
	withAll        // "all" asks for it.
	withAllTo      // The same, when there is something to upgrade to.
)

var stories = []story{
	{"one", "one master", always, oneMaster},
	{"worker", "a worker joins, Services reach across nodes", always, workerJoins},
	{"refused", "a host that is not fit is left as it was", always, refused},
	{"killed", "a run that is cut off goes on", always, killedRun},
	{"uninstall", "nothing of ours stays", always, uninstalled},
	{"survive", "run twice; services killed; hosts rebooted; power failures", withAll, survives},
	{"masters", "three masters, one of which fails", withAll, threeMasters},
	{"etcd", "etcd is brought back from a backup", withAll, etcdRestored},
	{"dual", "pods, Services and nodes with IPv4 and IPv6", withAll, dualStack},
	{"upgrade", "the next Kubernetes under a Deployment, and back (-to)", withAllTo, upgradedAndBack},
	{"upgrade-masters", "the same with three masters, which go back together (-to)", withAllTo, mastersUpgradedAndBack},
}

// choose gives the stories that were asked for by their names.
func choose(names []string, to bool) []story {
	var chosen []story
	all := slices.Contains(names, "all")
	for _, s := range stories {
		if slices.Contains(names, s.name) || len(names) == 0 && s.when == always || all && (s.when != withAllTo || to) {
			chosen = append(chosen, s)
		}
	}
	return chosen
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
