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

// threeMasters: the cluster, its registry and its API outlive a master.
func threeMasters(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 3, 1)
	if err != nil {
		return err
	}
	worker, lost := c.Workers[0], c.Masters[0]
	return inOrder(
		s.up(ctx, c),
		s.act("the worker reaches API and registry by one address", func() error { return reaches(ctx, worker) }),
		s.act("power of the first master fails", lost.Cut),
		s.act("the worker's addresses have done without it", func() error {
			return eventually(ctx, 30*time.Second, func() error { return reachesAlways(ctx, worker) })
		}),
		s.act("images are pulled from the other registries", func() error {
			_, err := pull(ctx, worker, podImage)
			return err
		}),
		s.act("the API takes changes", func() error {
			return eventually(ctx, time.Minute, func() error { return change(ctx, c) })
		}),
		s.act("the first master comes back", func() error { return lost.Boot(ctx) }),
		s.well(ctx, c),
		s.act("delete the cluster", func() error { return c.Delete(ctx) }),
	)
}

// reaches asks API server and registry by the addresses that workers have.
func reaches(ctx context.Context, worker *host.Host) error {
	for _, url := range []string{"https://10.103.97.2:6443/readyz", "https://10.103.97.2:5000/v2/"} {
		out, err := worker.Command(ctx, sealer.Rootfs+"/bin/opc-host", "ask", url).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s does not reach %s: %w: %s", worker.Name, url, err, out)
		}
	}
	return nil
}

// reachesAlways asks often enough to meet each backend that is left.
func reachesAlways(ctx context.Context, worker *host.Host) error {
	for range 12 {
		if err := reaches(ctx, worker); err != nil {
			return err
		}
	}
	return nil
}

// change writes an object and reads it back.
func change(ctx context.Context, c *sealer.Cluster) error {
	name := fmt.Sprintf("e2e-%d", time.Now().UnixNano())
	if _, err := c.Kubectl(ctx, "create", "configmap", name); err != nil {
		return err
	}
	out, err := c.Kubectl(ctx, "get", "configmap", name, "-o", "name")
	if err == nil && !strings.HasSuffix(out, name) {
		err = fmt.Errorf("it is not there: %s", out)
	}
	return err
}

// etcdRestored: what was in etcd comes back from a backup, though the data is
// gone.
func etcdRestored(ctx context.Context, s *stage) error {
	c, err := s.cluster(ctx, 1, 0)
	if err != nil {
		return err
	}
	m, file := c.Masters[0], ""
	object := func(name string) func() error {
		return func() error {
			_, err := c.Kubectl(ctx, "create", "configmap", name, "--from-literal=is=here")
			return err
		}
	}
	return inOrder(
		s.up(ctx, c),
		object("kept"),
		s.act("the timer's service makes a backup", func() (err error) {
			file, err = backup(ctx, m)
			return err
		}),
		object("younger"),
		s.act("all data of etcd is destroyed", func() error {
			return m.Command(ctx, "sh", "-c", "rm -rf /var/lib/etcd/member && pkill -9 -x etcd").Run()
		}),
		s.act("restore", func() error {
			_, err := c.Shell(ctx, m, nil, sealer.Rootfs+"/scripts/etcd-restore.sh "+file)
			return err
		}),
		s.act("what was there is back, what came later is not", func() error {
			out, err := c.Kubectl(ctx, "get", "configmap", "kept", "-o", "jsonpath={.data.is}")
			if err != nil || out != "here" {
				return fmt.Errorf("kept: %q, %w", out, err)
			}
			if out, err := c.Kubectl(ctx, "get", "configmap", "younger", "-o", "name"); err == nil {
				return fmt.Errorf("%s is there", out)
			}
			return nil
		}),
		s.act("the API takes changes", func() error { return change(ctx, c) }),
		s.well(ctx, c),
	)
}

// backup has the service of the timer make a backup, and names its file.
func backup(ctx context.Context, m *host.Host) (string, error) {
	if err := m.Command(ctx, "systemctl", "is-active", "opc-etcd-backup.timer").Run(); err != nil {
		return "", fmt.Errorf("the timer is not active: %w", err)
	}
	if out, err := m.Command(ctx, "systemctl", "start", "opc-etcd-backup.service").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	out, err := m.Command(ctx, "sh", "-c", "ls /var/backups/opc-etcd/snapshot-*.db | tail -n 1").Output()
	file := strings.TrimSpace(string(out))
	if err == nil && file == "" {
		err = errors.New("there is no file")
	}
	return file, err
}
