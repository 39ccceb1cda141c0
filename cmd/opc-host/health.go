//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"
)

// health tells whether the cluster is well, and waits for it when asked to:
// the API server ready, all nodes Ready, all Deployments and DaemonSets of
// kube-system as they should be. Before the network is launched, nodes and what
// needs the network are not well yet: --before-network leaves them out.
func (h *host) health(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("health", flag.ContinueOnError)
	wait := flags.Duration("wait", 0, "how long to wait until it is well")
	early := flags.Bool("before-network", false, "look at the control plane only")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *wait+30*time.Second)
	defer cancel()
	deadline := h.now().Add(*wait)
	for {
		ill, err := h.ill(ctx, *early)
		if err == nil && len(ill) == 0 {
			fmt.Fprintln(h.out, "health: the cluster is well")
			return nil
		}
		if err == nil {
			err = errors.New("the cluster is not well:\n  " + strings.Join(ill, "\n  "))
		}
		if !h.now().Before(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Second):
		}
	}
}

// object is what is read of nodes, Deployments, DaemonSets and Pods.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Spec     struct{ Replicas *int }
	Status   struct {
		Phase                  string
		AvailableReplicas      int
		DesiredNumberScheduled int
		NumberReady            int
		Conditions             []struct{ Type, Status, Message string }
	}
}

func (o *object) condition(name string) (string, string) {
	for _, c := range o.Status.Conditions {
		if c.Type == name {
			return c.Status, c.Message
		}
	}
	return "Unknown", ""
}

// ill lists what is not well.
func (h *host) ill(ctx context.Context, early bool) ([]string, error) {
	if _, err := h.kubectl(ctx, "get", "--raw", "/readyz"); err != nil {
		return nil, fmt.Errorf("the API server is not ready: %w", err)
	}
	what := []string{"get", "nodes,deployments,daemonsets", "--namespace=kube-system", "--output=json"}
	if early {
		what = []string{"get", "pods", "--namespace=kube-system", "--selector=tier=control-plane", "--output=json"}
	}
	out, err := h.kubectl(ctx, what...)
	if err != nil {
		return nil, err
	}
	var list struct{ Items []object }
	if err := json.Unmarshal(out, &list); err != nil {
		return nil, fmt.Errorf("kubectl's answer: %w", err)
	}
	if len(list.Items) == 0 {
		return []string{"there is nothing in the cluster"}, nil
	}
	var ill []string
	for i := range list.Items {
		if text := judge(&list.Items[i]); text != "" {
			ill = append(ill, text)
		}
	}
	return ill, nil
}

// judge tells what is wrong with an object, "" when nothing is.
func judge(o *object) string {
	name := strings.ToLower(o.Kind) + " " + o.Metadata.Name
	switch o.Kind {
	case "Node", "Pod":
		if status, message := o.condition("Ready"); status != "True" {
			return strings.TrimSuffix(fmt.Sprintf("%s is not ready: %s", name, message), ": ")
		}
	case "Deployment":
		want := 1
		if o.Spec.Replicas != nil {
			want = *o.Spec.Replicas
		}
		if o.Status.AvailableReplicas < want {
			return fmt.Sprintf("%s has %d of %d pods", name, o.Status.AvailableReplicas, want)
		}
	case "DaemonSet":
		if o.Status.NumberReady < o.Status.DesiredNumberScheduled {
			return fmt.Sprintf("%s is ready on %d of %d nodes", name, o.Status.NumberReady, o.Status.DesiredNumberScheduled)
		}
	}
	return ""
}
