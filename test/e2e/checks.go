package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opc-source/opc-image/test/e2e/host"
	"github.com/opc-source/opc-image/test/e2e/sealer"
)

// healthy looks at what every cluster must be able to do.
func (s *stage) healthy(ctx context.Context, c *sealer.Cluster) error {
	return errors.Join(
		s.do("all nodes are Ready", func() error { return eventually(ctx, 2*time.Minute, func() error { return nodesReady(ctx, c) }) }),
		s.do("CoreDNS answers, Services answer by their names", func() error {
			return eventually(ctx, time.Minute, func() error { return servicesAnswer(ctx, c) })
		}),
	)
}

// nodesReady looks at each host's node.
func nodesReady(ctx context.Context, c *sealer.Cluster) error {
	out, err := c.Kubectl(ctx, "get", "nodes", "-o", `jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`)
	if err != nil {
		return err
	}
	lines := strings.Fields(out)
	for _, h := range c.Hosts() {
		if h.Running() && !slices.Contains(lines, h.Name+"=True") {
			return fmt.Errorf("node %s is not Ready: %s", h.Name, lines)
		}
	}
	return nil
}

// apps are the test applications: each has a Service of its name.
var apps = []string{"web", "web-by-digest"}

// servicesAnswer asks each Service by its name.
func servicesAnswer(ctx context.Context, c *sealer.Cluster) error {
	for _, app := range apps {
		if err := serviceAnswers(ctx, c, app, app+".default.svc.cluster.local"); err != nil {
			return err
		}
	}
	return nil
}

// serviceAnswers asks the Service of an application at an address or a name from
// each of its pods, until all pods have answered: over the nodes, where there are
// several.
func serviceAnswers(ctx context.Context, c *sealer.Cluster, app, at string) error {
	pods, err := runningPods(ctx, c, app)
	if err != nil {
		return err
	}
	for _, pod := range pods {
		missing := slices.Clone(pods)
		for range 30 {
			out, err := c.Kubectl(ctx, "exec", pod, "--", "/"+podProgram, "get", "http://"+at+"/")
			if err != nil {
				return err
			}
			missing = slices.DeleteFunc(missing, func(p string) bool { return p == strings.TrimSpace(out) })
			if len(missing) == 0 {
				break
			}
		}
		if len(missing) > 0 {
			return fmt.Errorf("%s does not reach %s through the Service %s at %s", pod, missing, app, at)
		}
	}
	return nil
}

// runningPods lists the pods of a test application on nodes that are up.
func runningPods(ctx context.Context, c *sealer.Cluster, app string) ([]string, error) {
	out, err := c.Kubectl(ctx, "get", "pods", "-l", "app="+app, "--field-selector=status.phase=Running", "-o",
		`jsonpath={range .items[*]}{.metadata.name}={.spec.nodeName}={.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`)
	if err != nil {
		return nil, err
	}
	up := map[string]bool{}
	for _, h := range c.Hosts() {
		up[h.Name] = h.Running()
	}
	var pods []string
	for line := range strings.FieldsSeq(out) {
		if parts := strings.Split(line, "="); len(parts) == 3 && up[parts[1]] && parts[2] == "True" {
			pods = append(pods, parts[0])
		}
	}
	if len(pods) < 2 {
		return nil, fmt.Errorf("%s has %d pods that are ready, not 2: %s", app, len(pods), out)
	}
	return pods, nil
}

// imagesPull pulls every container image of the cluster image on a host, by its
// name and by its digest. Hosts have no way to any other registry.
func imagesPull(ctx context.Context, c *sealer.Cluster, h *host.Host) error {
	for _, image := range c.Image.Containers {
		digest, err := pull(ctx, h, image)
		if err != nil {
			return err
		}
		if strings.Contains(image, "@") {
			continue
		}
		repository := image[:strings.LastIndex(image, ":")]
		if _, err := pull(ctx, h, repository+"@"+digest); err != nil {
			return err
		}
	}
	return nil
}

// pull makes containerd pull an image in a namespace of its own, and gives the
// image's digest.
func pull(ctx context.Context, h *host.Host, image string) (string, error) {
	if out, err := h.Command(ctx, "ctr", "-n", "opc-e2e", "images", "pull", "--local", "--hosts-dir", "/etc/containerd/certs.d", image).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: pull %s: %w: %s", h.Name, image, err, lastLine(out))
	}
	out, err := h.Command(ctx, "ctr", "-n", "opc-e2e", "images", "ls", "name=="+image).Output()
	if err != nil {
		return "", err
	}
	for field := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(field, "sha256:") {
			return field, nil
		}
	}
	return "", fmt.Errorf("%s: no digest of %s: %s", h.Name, image, out)
}

func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// noWayOut makes sure that a host reaches nothing but its own network.
func noWayOut(ctx context.Context, h *host.Host) error {
	for _, address := range []string{"1.1.1.1/443", "8.8.8.8/53"} {
		if h.Command(ctx, "timeout", "1", "bash", "-c", "echo >/dev/tcp/"+address).Run() == nil {
			return fmt.Errorf("%s reaches %s: this is no air gap", h.Name, address)
		}
	}
	return nil
}
