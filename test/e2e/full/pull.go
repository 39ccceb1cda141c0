package full

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// namespace is where the pods are that pull images.
const namespace = "opc-e2e"

// pull has the kubelet pull every image of a component, by the name that the
// cluster asks for: also those that operators would ask for, and those of pods
// that wait for something. Each is a container of one pod, and starts nothing.
func (t *Trial) pull(ctx context.Context, c *catalog.Component, o *Outcome) error {
	names := images(c, "linux/"+runtime.GOARCH)
	if o.Images = len(names); o.Images == 0 {
		return nil
	}
	data, err := yaml.Marshal(puller(c.Name, names))
	if err != nil {
		return err
	}
	const file = "/root/opc-e2e-pod.yaml"
	if err := os.WriteFile(filepath.Join(t.Cluster.Masters[0].Root(), file), data, 0o600); err != nil {
		return err
	}
	if _, err := t.Cluster.Kubectl(ctx, "create", "-f", file); err != nil {
		return err
	}
	var left []string
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(time.Second) {
		list, err := t.list(ctx, "--namespace", namespace, "--selector", "pulls="+c.Name)
		if err != nil {
			return err
		}
		left = nil
		for _, pod := range list {
			left = notPulled(pod)
		}
		if len(list) == 1 && len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			break
		}
	}
	for _, image := range left {
		o.Problems = append(o.Problems, "not pulled: "+image)
	}
	return nil
}

// images are those of a component that hosts of a platform ask for.
func images(c *catalog.Component, platform string) []string {
	var names []string
	for _, image := range c.Images {
		platforms := image.Platforms
		if platforms == nil {
			platforms = c.Platforms
		}
		if len(platforms) == 0 || slices.Contains(platforms, platform) {
			names = append(names, image.Name)
		}
	}
	return names
}

// puller is a pod with a container for each image.
func puller(name string, images []string) corev1.Pod {
	pod := corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: "pull-" + name, Namespace: namespace, Labels: map[string]string{"pulls": name}},
		Spec: corev1.PodSpec{
			RestartPolicy:                 corev1.RestartPolicyNever,
			AutomountServiceAccountToken:  new(bool),
			TerminationGracePeriodSeconds: new(int64),
			Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		},
	}
	for i, image := range images {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
			Name: fmt.Sprintf("c%d", i), Image: image, Command: []string{"/opc-e2e/none"}, ImagePullPolicy: corev1.PullAlways,
		})
	}
	return pod
}

// notPulled are the images of containers that have not been tried to start: with
// PullAlways, that comes after the image has been pulled.
func notPulled(pod corev1.Pod) []string {
	found := states(pod)
	var left []string
	for _, c := range pod.Spec.Containers {
		state := found[c.Name]
		if slices.Contains(unsettled, state) || slices.Contains(refused, state) {
			left = append(left, c.Image+" ("+state+")")
		}
	}
	return left
}
