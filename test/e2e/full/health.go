package full

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/opc-source/opc-image/test/e2e/real"
)

const (
	// readyLimit is how long workloads may take after a launch that has waited for
	// them itself.
	readyLimit = time.Minute
	// checkSeconds are more than any check needs.
	checkSeconds = 180
)

// health looks whether a component is ready and does what it is for, and whether
// it was its own software that did.
func (t *Trial) health(ctx context.Context, c real.Component, o *Outcome) error {
	var not []string
	for deadline := time.Now().Add(readyLimit); ; time.Sleep(2 * time.Second) {
		var err error
		if not, err = t.notReady(ctx); err != nil {
			return err
		}
		if len(not) == 0 || time.Now().After(deadline) {
			break
		}
	}
	o.Ailments = append(o.Ailments, not...)
	if c.Check != "" && len(not) == 0 {
		out, err := t.Cluster.Shell(ctx, t.Cluster.Masters[0], map[string]string{"PATH": path},
			fmt.Sprintf("timeout %d bash -euc %s 2>&1", checkSeconds, quote(c.Check)))
		if err != nil {
			o.Ailments = append(o.Ailments, "check: "+end(out))
		}
	}
	list, err := t.list(ctx, "--all-namespaces")
	if err != nil {
		return err
	}
	o.Real, not = t.software(list)
	o.Lacks = c.Lacks
	o.Ailments = append(o.Ailments, not...)
	if len(o.Ailments) > 0 {
		t.why(ctx, list)
	}
	return nil
}

// notReady are the workloads of a component that are not ready, with the reason.
func (t *Trial) notReady(ctx context.Context) ([]string, error) {
	out, err := t.Cluster.Kubectl(ctx, "get", "deployments.apps,statefulsets.apps,daemonsets.apps", "--all-namespaces", "-o", "json")
	if err != nil {
		return nil, err
	}
	var list struct{ Items []workload }
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return nil, err
	}
	var not []string
	for _, w := range list.Items {
		if reason := w.waits(); reason != "" && !t.mine(key(w.Kind, w.Namespace, w.Name)) {
			not = append(not, fmt.Sprintf("%s %s/%s is not ready: %s", strings.ToLower(w.Kind), w.Namespace, w.Name, reason))
		}
	}
	return not, nil
}

// workload is a Deployment, a StatefulSet or a DaemonSet: what they have in common,
// and what each has of its own.
type workload struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct{ Replicas *int32 }
	Status            struct {
		appsv1.DaemonSetStatus `json:",inline"`
		AvailableReplicas      int32 `json:"availableReplicas"`
		UpdatedReplicas        int32 `json:"updatedReplicas"`
	}
}

// waits tells what a workload waits for; "" when it is ready.
func (w workload) waits() string {
	want, updated, available := int32(1), w.Status.UpdatedReplicas, w.Status.AvailableReplicas
	if w.Kind == "DaemonSet" {
		want, updated, available = w.Status.DesiredNumberScheduled, w.Status.UpdatedNumberScheduled, w.Status.NumberAvailable
	} else if w.Spec.Replicas != nil {
		want = *w.Spec.Replicas
	}
	switch {
	case w.Status.ObservedGeneration < w.Generation:
		return "its controller has not looked at it"
	case updated < want || available < want:
		return fmt.Sprintf("%d of %d pods are available", min(updated, available), want)
	}
	return ""
}

// quote makes one word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
