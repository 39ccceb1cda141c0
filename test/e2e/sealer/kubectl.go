package sealer

import (
	"context"
	"fmt"
	"strings"
)

// Kubectl runs kubectl on the first master that is up.
func (c *Cluster) Kubectl(ctx context.Context, args ...string) (string, error) {
	for _, h := range c.Masters {
		if !h.Running() {
			continue
		}
		cmd := h.Command(ctx, "kubectl", append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, args...)...)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("kubectl %s: %w: %s", abridge(strings.Join(args, " ")), err, strings.TrimSpace(errs.String()))
		}
		return strings.TrimSpace(string(out)), err
	}
	return "", fmt.Errorf("no master is up")
}
