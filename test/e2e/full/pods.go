package full

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// refused are the states of a container whose image cannot be had.
var refused = []string{"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable", "ImageInspectError"}

// unsettled are the states before that is known.
var unsettled = []string{"", "ContainerCreating", "PodInitializing"}

// pods looks at the pods that the objects of a component made, until each has
// its images, or is held up by something else for a while: a volume or a secret
// that an operator would make.
func (t *Trial) pods(ctx context.Context, o *Outcome, _ bool) error {
	var waiting, without []string
	for deadline := time.Now().Add(podLimit); ; time.Sleep(time.Second) {
		if err := t.volumes(ctx); err != nil {
			return err
		}
		list, err := t.list(ctx, "--all-namespaces")
		if err != nil {
			return err
		}
		o.Pods, waiting, without = 0, nil, nil
		for _, pod := range list {
			if t.mine(key("pod", pod.Namespace, pod.Name)) || pod.DeletionTimestamp != nil {
				continue
			}
			o.Pods++
			auto := injected(pod)
			for name, state := range states(pod) {
				if !auto[name] && slices.Contains(refused, state) {
					without = append(without, fmt.Sprintf("pod %s/%s, container %s: %s", pod.Namespace, pod.Name, name, state))
				}
			}
			if reason := pending(pod); reason != "" {
				waiting = append(waiting, pod.Namespace+"/"+pod.Name+": "+reason)
			}
		}
		if len(without) > 0 || len(waiting) == 0 || time.Now().After(deadline) {
			break
		}
	}
	o.Problems = append(o.Problems, without...)
	if len(waiting) > 0 {
		t.Log("still waiting for something else than images: %s", strings.Join(waiting, ", "))
	}
	return nil
}

// injected are the containers of a pod whose image is no name: "auto" stands for
// what Istio's webhook puts in, whose server is a stand-in.
func injected(pod corev1.Pod) map[string]bool {
	found := map[string]bool{}
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if c.Image == "auto" {
			found[c.Name] = true
		}
	}
	return found
}

// podLimit is how long pods may wait for something before that is taken for
// their state.
const podLimit = 20 * time.Second

// pending tells what a pod waits for; "" when it has been started.
func pending(pod corev1.Pod) string {
	if pod.Spec.NodeName == "" {
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodScheduled && c.Message != "" {
				return c.Message
			}
		}
		return "not scheduled"
	}
	for _, state := range states(pod) {
		if !slices.Contains(unsettled, state) {
			return "" // One of its containers has been tried.
		}
	}
	return "its containers are being made"
}

// states are the states of a pod's containers by their names.
func states(pod corev1.Pod) map[string]string {
	found := map[string]string{}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		switch {
		case c.State.Waiting != nil:
			found[c.Name] = c.State.Waiting.Reason
		case c.State.Terminated != nil:
			found[c.Name] = "Terminated"
		case c.State.Running != nil:
			found[c.Name] = "Running"
		default:
			found[c.Name] = ""
		}
	}
	return found
}

// list gets pods.
func (t *Trial) list(ctx context.Context, args ...string) ([]corev1.Pod, error) {
	out, err := t.Cluster.Kubectl(ctx, append([]string{"get", "pods", "-o", "json"}, args...)...)
	if err != nil {
		return nil, err
	}
	var list corev1.PodList
	err = json.Unmarshal([]byte(out), &list)
	return list.Items, err
}
