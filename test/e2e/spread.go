package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opc-source/opc-image/test/e2e/sealer"
)

// spreadPods starts the pods of the test applications anew, so that they are on
// as many nodes: those that were there before are full of them.
func (s *stage) spreadPods(ctx context.Context, c *sealer.Cluster, nodes int) error {
	if err := s.do("the new nodes are Ready", func() error {
		return eventually(ctx, 2*time.Minute, func() error { return nodesReady(ctx, c) })
	}); err != nil {
		return err
	}
	if err := s.do("start the pods anew", func() error {
		if _, err := c.Kubectl(ctx, "rollout", "restart", "deployment/web", "deployment/web-by-digest"); err != nil {
			return err
		}
		for _, name := range apps {
			if _, err := c.Kubectl(ctx, "rollout", "status", "deployment/"+name, "--timeout=2m"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return s.do(fmt.Sprintf("pods are on %d nodes", nodes), func() error { return onNodes(ctx, c, nodes) })
}

// onNodes makes sure that the pods of a test application are on that many nodes.
func onNodes(ctx context.Context, c *sealer.Cluster, nodes int) error {
	out, err := c.Kubectl(ctx, "get", "pods", "-l", "app=web", "--field-selector=status.phase=Running", "-o", `jsonpath={.items[*].spec.nodeName}`)
	if err != nil {
		return err
	}
	names := strings.Fields(out)
	slices.Sort(names)
	if got := len(slices.Compact(names)); got < nodes {
		return fmt.Errorf("the pods are on %d nodes, not %d", got, nodes)
	}
	return nil
}
