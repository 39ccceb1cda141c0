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

// upgradedAndBack: the next Kubernetes under applications that run, and back.
func upgradedAndBack(ctx context.Context, s *stage) error { return s.upgradeAndBack(ctx, 1) }

// mastersUpgradedAndBack: the same with three masters. They go back together.
func mastersUpgradedAndBack(ctx context.Context, s *stage) error { return s.upgradeAndBack(ctx, 3) }

func (s *stage) upgradeAndBack(ctx context.Context, masters int) error {
	if s.next == nil {
		return errors.New("-to is missing: the base with the next version of Kubernetes, an OCI archive")
	}
	from, to := s.image.Extension.Env["KubeVersion"], s.next.Extension.Env["KubeVersion"]
	c, err := s.cluster(ctx, masters, 1)
	if err != nil {
		return err
	}
	var before string
	return inOrder(
		s.up(ctx, c),
		s.act("everything is "+from, func() error { return versionsAre(ctx, c, from) }),
		func() (err error) { before, err = containers(ctx, c); return err },
		s.asked(ctx, c, "upgrade to "+to, func() error { return s.phases(c, func() error { return c.Upgrade(ctx, s.next) }) }),
		s.act("everything is "+to, func() error { return versionsAre(ctx, c, to) }),
		s.act("containers of the applications are the same", func() error { return sameContainers(ctx, c, before) }),
		s.well(ctx, c),
		s.act("kube-proxy started anew, Services answer", func() error { return proxiesAnew(ctx, c) }),
		s.act("an object is made that will be lost", func() error {
			_, err := c.Kubectl(ctx, "create", "configmap", "since")
			return err
		}),
		s.act("upgrade again: nothing is to be done", func() error { return c.Upgrade(ctx, s.next) }),
		s.asked(ctx, c, "roll back to "+from, func() error { return s.phases(c, func() error { return c.Rollback(ctx, s.image) }) }),
		s.act("everything is "+from, func() error { return versionsAre(ctx, c, from) }),
		s.act("the containers are the same, the object is lost", func() error {
			if _, err := c.Kubectl(ctx, "get", "configmap", "since"); err == nil {
				return errors.New("the object made since is there: etcd was not restored")
			}
			return sameContainers(ctx, c, before)
		}),
		s.well(ctx, c),
		s.act("kube-proxy started anew, Services answer", func() error { return proxiesAnew(ctx, c) }),
	)
}

// versionsAre looks at what runs: the API server and its kin by their images,
// kubelets by what they say, kubeadm's record, and programs on the hosts.
func versionsAre(ctx context.Context, c *sealer.Cluster, want string) error {
	if out, err := c.Kubectl(ctx, "get", "--raw", "/version"); err != nil || !strings.Contains(out, `"`+want+`"`) {
		return fmt.Errorf("the API server says %s, %w", out, err)
	}
	for _, query := range [][]string{
		{"get", "nodes", "-o", `jsonpath={range .items[*]}{.status.nodeInfo.kubeletVersion}{"\n"}{end}`},
		{"-n", "kube-system", "get", "pods", "-l", "tier=control-plane,component!=etcd", "-o", `jsonpath={range .items[*]}{.spec.containers[0].image}{"\n"}{end}`},
		{"-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-proxy", "-o", `jsonpath={range .items[*]}{.spec.containers[0].image}{"\n"}{end}`},
		{"-n", "kube-system", "get", "configmap", "kubeadm-config", "-o", `jsonpath={.data.ClusterConfiguration}`},
	} {
		out, err := c.Kubectl(ctx, query...)
		if err != nil {
			return err
		}
		for line := range strings.Lines(out) {
			line = strings.TrimSpace(line)
			if version := line[strings.LastIndexAny(line, ": ")+1:]; strings.HasPrefix(version, "v1.") && version != want {
				return fmt.Errorf("%s: %s, not %s", strings.Join(query[:4], " "), line, want)
			}
		}
		if !strings.Contains(out, want) {
			return fmt.Errorf("%s has no %s: %s", strings.Join(query[:4], " "), want, out)
		}
	}
	for _, h := range c.Hosts() {
		out, err := h.Command(ctx, "sh", "-c", "kubelet --version; kubeadm version -o short; kubectl version --client").Output()
		if err != nil || strings.Count(string(out), want) != 3 {
			return fmt.Errorf("%s has %s, %w", h.Name, out, err)
		}
	}
	return nil
}

// containers tells which containers the test applications run in.
func containers(ctx context.Context, c *sealer.Cluster) (string, error) {
	return c.Kubectl(ctx, "get", "pods", "--field-selector=status.phase=Running", "--sort-by=.metadata.name", "-o",
		`jsonpath={range .items[*]}{.metadata.name} {.status.containerStatuses[*].containerID}{"\n"}{end}`)
}

func sameContainers(ctx context.Context, c *sealer.Cluster, before string) error {
	after, err := containers(ctx, c)
	if err != nil || after != before {
		return fmt.Errorf("before:\n%safter:\n%s%w", before, after, err)
	}
	return nil
}

// proxiesAnew starts every kube-proxy anew over the rules of the one before.
func proxiesAnew(ctx context.Context, c *sealer.Cluster) error {
	if _, err := c.Kubectl(ctx, "-n", "kube-system", "rollout", "restart", "daemonset/kube-proxy"); err != nil {
		return err
	}
	if _, err := c.Kubectl(ctx, "-n", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=2m"); err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // It has set its rules by then.
	return servicesAnswer(ctx, c)
}

// phases prints the times of sealer's steps.
func (s *stage) phases(c *sealer.Cluster, f func() error) error {
	before := len(c.Phases)
	err := f()
	for _, phase := range c.Phases[before:] {
		fmt.Printf("        %-52s %6.1f s\n", phase.Name, phase.Took.Seconds())
	}
	return err
}

// ask asks a Service from a host, some times a second, until it is told to stop.
const ask = `ok=0 failed=0
until [ -e /run/opc-e2e-stop ]; do
	if timeout 2 bash -c "exec 3<>/dev/tcp/$0/80 && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && grep -q '200 OK' <&3" 2>/dev/null; then ok=$((ok + 1)); else failed=$((failed + 1)); fi
	sleep 0.2
done
rm /run/opc-e2e-stop
echo $ok $failed`

// asked does something while the Service of an application is asked from the
// first master. One in a hundred may fail: hosts and tests share the machine.
func (s *stage) asked(ctx context.Context, c *sealer.Cluster, what string, f func() error) func() error {
	return func() error {
		address, err := c.Kubectl(ctx, "get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
		if err != nil {
			return err
		}
		m, result := c.Masters[0], make(chan error, 1)
		var ok, failed int
		go func() { result <- askAll(ctx, m, address, &ok, &failed) }()
		err = s.do(what, f)
		m.Command(ctx, "touch", "/run/opc-e2e-stop").Run()
		if err = errors.Join(err, <-result); err != nil {
			return err
		}
		return s.do(fmt.Sprintf("the Service was asked %d times meanwhile, %d failed", ok+failed, failed), func() error {
			if ok == 0 || failed > (ok+failed)/100 {
				return errors.New("too many failed")
			}
			return nil
		})
	}
}

func askAll(ctx context.Context, h *host.Host, address string, ok, failed *int) error {
	out, err := h.Command(ctx, "bash", "-c", ask, address).Output()
	if err != nil {
		return fmt.Errorf("ask the Service: %w", err)
	}
	_, err = fmt.Sscan(string(out), ok, failed)
	return err
}
