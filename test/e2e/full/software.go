package full

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/opc-source/opc-image/pkg/reference"
)

// software counts the containers of a component's pods that run, or have run to
// the end, with the component's own software; and names those that are stand-ins.
func (t *Trial) software(list []corev1.Pod) (count int, not []string) {
	for _, pod := range list {
		if t.mine(key("pod", pod.Namespace, pod.Name)) || pod.DeletionTimestamp != nil || pod.Namespace == namespace && pod.Labels["pulls"] != "" {
			continue
		}
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			if t.Standins[complete(c.Image)] {
				not = append(not, fmt.Sprintf("pod %s/%s, container %s: %s is a stand-in; add it to real.yaml", pod.Namespace, pod.Name, c.Name, c.Image))
				continue
			}
			count++
		}
	}
	if count == 0 && len(not) == 0 {
		not = append(not, "it has no pod, so nothing of it ran")
	}
	return count, not
}

// complete is the name of an image with all that may be left out.
func complete(name string) string {
	if ref, err := reference.Parse(name); err == nil {
		return ref.String()
	}
	return name
}

// why shows what pods of a component say that is not ready.
func (t *Trial) why(ctx context.Context, list []corev1.Pod) {
	for _, pod := range list {
		if t.mine(key("pod", pod.Namespace, pod.Name)) || pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		t.Log("%s/%s: %s %v %s", pod.Namespace, pod.Name, pod.Status.Phase, states(pod), pending(pod))
		for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
			if c.Ready {
				continue
			}
			out, _ := t.Cluster.Shell(ctx, t.Cluster.Masters[0], nil, fmt.Sprintf(
				"kubectl logs --namespace %s %s --container %s --tail 6 2>&1", pod.Namespace, pod.Name, c.Name))
			t.Log("    %s: %s", c.Name, end(out))
		}
	}
}
