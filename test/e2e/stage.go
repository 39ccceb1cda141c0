package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/opc-source/opc-image/test/e2e/host"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

// stage is where a story plays: a site for hosts, and the image.
type stage struct {
	site     *host.Site
	template string
	image    *sealer.Image
	next     *sealer.Image // What is upgraded to; nil: nothing was given.
	work     string
	out      io.Writer // What hosts say; nil: nobody wants to know.
}

// hosts makes and boots hosts at the same time: first NAME1, NAME2 and so on
// from an address on.
func (s *stage) hosts(ctx context.Context, name string, count, firstIP int) ([]*host.Host, error) {
	hosts := make([]*host.Host, count)
	for i := range hosts {
		h, err := s.site.Add(ctx, s.template, fmt.Sprintf("%s%d", name, i+1), fmt.Sprintf("10.88.0.%d", firstIP+i))
		if err != nil {
			return nil, err
		}
		hosts[i] = h
	}
	var group errgroup.Group
	for _, h := range hosts {
		group.Go(func() error { return h.Boot(ctx) })
	}
	return hosts, group.Wait()
}

const (
	firstMasterIP = 11
	firstWorkerIP = 21
)

// cluster makes hosts and says what a Clusterfile for them says.
func (s *stage) cluster(ctx context.Context, masters, workers int) (*sealer.Cluster, error) {
	c := &sealer.Cluster{Image: s.image, Env: map[string]string{}, Configs: map[string]string{}, Out: s.out, Work: s.work}
	s.suit(c)
	err := s.do("boot the hosts", func() (err error) {
		if c.Masters, err = s.hosts(ctx, "m", masters, firstMasterIP); err != nil {
			return err
		}
		c.Workers, err = s.hosts(ctx, "w", workers, firstWorkerIP)
		return err
	})
	return c, err
}

// suit adapts a cluster to machines that tests run on, by what every user has:
// variables and files of the Clusterfile.
func (s *stage) suit(c *sealer.Cluster) {
	if host.CgroupV1() {
		c.Env["CgroupDriver"] = "cgroupfs"
		c.Env["AllowCgroupV1"] = "true"
	}
	// The hosts are containers on a machine that has other work.
	c.Env["IgnorePreflight"] = "cpu,memory,disk,kernel"
	c.Configs["etc/opc/kubeadm/patches/90-test-machine.yaml"] = testMachine
}

// testMachine makes hosts work that share disk and kernel: the kubelet must not
// take the fill of the disk for its own, and conntrack's size belongs to the
// machine.
const testMachine = `kind: KubeletConfiguration
evictionHard: {memory.available: 50Mi, nodefs.available: 500Mi, imagefs.available: 500Mi, nodefs.inodesFree: "1000"}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
---
kind: KubeProxyConfiguration
conntrack: {maxPerCore: 0}
`

// do tells what is done and how long it took.
func (s *stage) do(what string, f func() error) error {
	start := time.Now()
	if err := f(); err != nil {
		fmt.Printf("   FAIL %-52s %6.1f s\n", what, time.Since(start).Seconds())
		return fmt.Errorf("%s: %w", what, err)
	}
	fmt.Printf("   ok   %-52s %6.1f s\n", what, time.Since(start).Seconds())
	return nil
}

// act is do for later.
func (s *stage) act(what string, f func() error) func() error {
	return func() error { return s.do(what, f) }
}

// inOrder does one thing after the other until one fails.
func inOrder(acts ...func() error) error {
	for _, act := range acts {
		if err := act(); err != nil {
			return err
		}
	}
	return nil
}

// up brings a cluster up and looks whether it is well.
func (s *stage) up(ctx context.Context, c *sealer.Cluster) func() error {
	return func() error { return inOrder(func() error { return s.run(ctx, c) }, s.well(ctx, c)) }
}

// well is healthy for later.
func (s *stage) well(ctx context.Context, c *sealer.Cluster) func() error {
	return func() error { return s.healthy(ctx, c) }
}

// eventually tries until it succeeds, or the time is over.
func eventually(ctx context.Context, limit time.Duration, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s: %w", limit, err)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// run brings a cluster up and prints the times of sealer's steps.
func (s *stage) run(ctx context.Context, c *sealer.Cluster) error {
	start := time.Now()
	before := len(c.Phases)
	err := c.Run(ctx)
	for _, phase := range c.Phases[before:] {
		fmt.Printf("        %-52s %6.1f s\n", phase.Name, phase.Took.Seconds())
	}
	if err != nil {
		return err
	}
	fmt.Printf("   ok   %-52s %6.1f s\n", "sealer's order, in all", time.Since(start).Seconds())
	return nil
}

// newStage makes a stage in an empty site of its own.
func newStage(ctx context.Context, cache, mirror string) (*stage, error) {
	s := &stage{work: filepath.Join(cache, "work")}
	if err := os.MkdirAll(s.work, 0o755); err != nil {
		return nil, err
	}
	var err error
	if s.template, err = host.Template(ctx, filepath.Join(cache, "templates"), mirror); err != nil {
		return nil, err
	}
	s.site, err = host.Open(filepath.Join(cache, "sites"), "stories")
	return s, err
}
